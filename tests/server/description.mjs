// Checks answers against the schemas of the server's OpenAPI description.
import assert from "node:assert/strict";

import Ajv from "ajv/dist/2020.js";

const AJV = { strict: true, strictTypes: false, strictRequired: false, strictTuples: false, formats: { binary: true } };
const METHODS = ["get", "put", "post", "delete", "patch"];

// Makes a schema reject members that it does not describe, so that an undocumented member fails the test.
function closed(schema) {
    if (Array.isArray(schema))
        return schema.map(closed);
    if (schema === null || typeof schema !== "object")
        return schema;
    const all = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
    return all.type === "object" && all.properties ? { additionalProperties: false, ...all } : all;
}

export class Description {
    constructor(document) {
        this.document = document;
        this.ajv = new Ajv(AJV);
        this.validators = new Map();
        const defs = Object.entries(document.components.schemas);
        this.ajv.addSchema({ $id: "all:", $defs: Object.fromEntries(defs.map(([name, s]) => [name, this.linked(s)])) });
    }

    linked(schema) {
        return JSON.parse(JSON.stringify(closed(schema)).replaceAll("#/components/schemas/", "all:#/$defs/"));
    }

    resolve(part) {
        const place = part.$ref?.slice(2).split("/").map((name) => name.replaceAll("~1", "/"));
        return place ? place.reduce((at, name) => at[name], this.document) : part;
    }

    operations() {
        return Object.entries(this.document.paths).flatMap(([path, item]) =>
            METHODS.filter((method) => item[method]).map((method) => ({ path, method, ...item[method] })));
    }

    operation(id) {
        const found = this.operations().find((operation) => operation.operationId === id);
        assert.ok(found, `no operation ${id}`);
        return found;
    }

    // conforms(SCHEMA, VALUE, WHAT): fails with the places where the value violates the schema.
    conforms(schema, value, what) {
        const key = JSON.stringify(schema);
        if (!this.validators.has(key))
            this.validators.set(key, this.ajv.compile(this.linked(schema)));
        const validate = this.validators.get(key);
        assert.ok(validate(value), `${what}: ${this.ajv.errorsText(validate.errors)}`);
    }

    conformsTo(name, value, what = name) {
        this.conforms({ $ref: `#/components/schemas/${name}` }, value, what);
    }

    // answers(ID, ANSWER): checks that the description of the operation covers the answer {status, headers: an object,
    // body: a Buffer}.
    answers(id, { status, headers, body }) {
        const what = `${id}, ${status}`;
        const described = this.operation(id).responses[status];
        assert.ok(described, `${what} is not described: ${body}`);
        const response = this.resolve(described);
        for (const [name, part] of Object.entries(response.headers ?? {})) {
            const header = this.resolve(part);
            const value = headers[name.toLowerCase()];
            assert.ok(value !== undefined || !header.required, `${what} lacks the header ${name}`);
            if (value !== undefined)
                this.conforms(header.schema, header.schema.type === "integer" ? Number(value) : value,
                              `${what}, ${name}`);
        }
        if (!response.content)
            return assert.equal(body.length, 0, `${what} must have no body`);
        const type = headers["content-type"]?.split(";")[0];
        const media = response.content?.[type];
        assert.ok(media, `${what} may not be of the type ${type}`);
        if (type === "application/json")
            this.conforms(media.schema, JSON.parse(body.toString()), what);
    }
}

export async function describe(base) {
    return new Description(await (await fetch(`${base}/openapi.json`)).json());
}
