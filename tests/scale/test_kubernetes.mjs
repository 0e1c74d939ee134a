// The manifests of packaging/kubernetes: they are valid, restrict the pods, and fit the program, which is run as they say.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { parseAllDocuments } from "yaml";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../..");
const FOLDER = join(ROOT, "packaging/kubernetes");
const PROGRAM = resolve(process.env.LENET5_PROGRAM);
const FINISH_SECONDS = 30;  // for requests in flight, after --drain (docs/server.md)
const require = createRequire(import.meta.url);
const SCHEMA_FOLDER = join(HERE, "node_modules/kubernetes-models/_schemas");  // compiled by ajv

// ---- Manifests ----

const files = readdirSync(FOLDER).sort();
const kustomization = load("kustomization.yaml")[0];
const manifests = files.filter((name) => name !== "kustomization.yaml").flatMap(load);

function load(name) {
    return parseAllDocuments(readFileSync(join(FOLDER, name), "utf8"), { uniqueKeys: true, strict: true }).map((document) => {
        assert.deepEqual(document.errors, [], name);
        return document.toJS();
    });
}

const byKind = (kind) => manifests.filter((manifest) => manifest.kind === kind);

// The specification of the pods of a manifest; undefined if it has none.
const podOf = ({ kind, spec }) => kind === "InferenceService" ? spec.predictor : spec.template?.spec;
const withPods = manifests.filter(podOf);
const containerOf = (manifest) => podOf(manifest).containers[0];

// ---- Schemas ----

// A copy of a value that notes which members are asked for; unread lists the others, such as misspelt ones.
function watched(value, path, unread) {
    if (typeof value !== "object" || value === null)
        return value;
    const copy = Array.isArray(value) ? [] : {};
    for (const [key, member] of Object.entries(value)) {
        const place = `${path}/${key}`;
        const inner = watched(member, place, unread);
        if (!Array.isArray(value))
            unread.add(place);
        Object.defineProperty(copy, key, { enumerable: true, get: () => (unread.delete(place), inner) });
    }
    return copy;
}

// Fails unless the value has the members of a schema of Kubernetes, and no others.
function conforms(value, name, path) {
    const { validate } = require(join(SCHEMA_FOLDER, `${name}.js`));
    const unread = new Set();
    const valid = validate(watched(value, path, unread));
    assert.ok(valid, `${path}: ${JSON.stringify(validate.errors)}`);
    assert.deepEqual([...unread], [], "members that Kubernetes does not have");
}

const SCHEMAS = {
    Deployment: "IoK8sApiAppsV1Deployment",
    Service: "IoK8sApiCoreV1Service",
    HorizontalPodAutoscaler: "IoK8sApiAutoscalingV2HorizontalPodAutoscaler",
    PodDisruptionBudget: "IoK8sApiPolicyV1PodDisruptionBudget",
    Job: "IoK8sApiBatchV1Job",
};

describe("the manifests", () => {
    for (const manifest of manifests.filter(({ kind }) => kind !== "InferenceService"))
        test(`${manifest.kind} ${manifest.metadata.name} conforms to the schema`, () =>
            conforms(manifest, SCHEMAS[manifest.kind], manifest.kind));

    test("the schema refuses a misspelt member and a wrong type", () => {
        const job = structuredClone(byKind("Job")[0]);
        job.spec.completion = job.spec.completions;
        assert.throws(() => conforms(job, SCHEMAS.Job, "Job"), /Job\/spec\/completion/);
        delete job.spec.completion;
        job.spec.completions = "many";
        assert.throws(() => conforms(job, SCHEMAS.Job, "Job"), /integer/);
    });

    // The schema of KServe is in no package; its predictor is a pod with these members more.
    test("the InferenceService has a pod and members of KServe's predictor", () => {
        const [{ apiVersion, kind, metadata, spec, ...others }] = byKind("InferenceService");
        const { minReplicas, maxReplicas, scaleMetric, scaleTarget, ...pod } = spec.predictor;
        assert.deepEqual([apiVersion, others, Object.keys(spec)], ["serving.kserve.io/v1beta1", {}, ["predictor"]]);
        assert.ok(0 < minReplicas && minReplicas <= maxReplicas && scaleMetric === "cpu" && scaleTarget > 0);
        conforms(pod, "IoK8sApiCoreV1PodSpec", "predictor");
        assert.equal(pod.containers[0].name, "kserve-container");
    });

    test("the kustomization names every file, and the image", () => {
        const text = readFileSync(join(FOLDER, "kustomization.yaml"), "utf8");
        const named = [...text.matchAll(/^ {2}(?:# )?- (\S+\.yaml)$/gm)].map(([, name]) => name);
        assert.deepEqual([...named, "kustomization.yaml"].sort(), files);
        assert.ok(kustomization.resources.length > 0);
        for (const manifest of withPods)
            assert.equal(containerOf(manifest).image, kustomization.images[0].name);
    });

    test("service, autoscaler and budget select the deployment", () => {
        const [deployment] = byKind("Deployment");
        const labels = deployment.spec.template.metadata.labels;
        assert.deepEqual(byKind("Service")[0].spec.selector, labels);
        assert.deepEqual(byKind("PodDisruptionBudget")[0].spec.selector.matchLabels, labels);
        assert.equal(byKind("HorizontalPodAutoscaler")[0].spec.scaleTargetRef.name, deployment.metadata.name);
        assert.equal(byKind("Service")[0].spec.ports[0].targetPort, containerOf(deployment).ports[0].name);
    });
});

// ---- Pods ----

for (const manifest of withPods)
    describe(`the pod of ${manifest.kind} ${manifest.metadata.name}`, () => {
        const pod = podOf(manifest), container = containerOf(manifest);

        test("has no rights that it does not need", () => {
            const { runAsNonRoot, runAsUser, seccompProfile } = pod.securityContext;
            assert.ok(runAsNonRoot && runAsUser > 0 && seccompProfile.type === "RuntimeDefault");
            assert.equal(pod.automountServiceAccountToken, false);
            assert.deepEqual(container.securityContext, {
                allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] },
            });
            for (const bound of ["requests", "limits"])
                assert.ok(container.resources[bound].cpu && container.resources[bound].memory);
        });

        test("passes options that the command has", () => {
            const help = lenet5("help", container.args[0]);
            assert.equal(help.status, 0);
            for (const option of container.args.filter((word) => word.startsWith("--")))
                assert.match(help.stdout, new RegExp(`^  ${option}\\b`, "m"));
            const threads = valueOf(container, "--threads");
            if (threads)
                assert.equal(threads, container.resources.limits.cpu);
        });
    });

const lenet5 = (...args) => spawnSync(PROGRAM, args, { encoding: "utf8" });
const valueOf = ({ args }, option) => args.includes(option) ? args[args.indexOf(option) + 1] : undefined;

// The arguments with another value of an option.
const replaced = (args, option, value) => args.map((word, i) => args[i - 1] === option ? value : word);

// ---- Servers ----

// Starts the container's command on a free port of every address, and calls use with the port and the process.
async function serving(container, use) {
    const child = spawn(PROGRAM, replaced(container.args, "--listen", ":0"), { stdio: ["ignore", "inherit", "pipe"] });
    try {
        await use(await new Promise((found, fail) => {
            let log = "";
            child.on("close", () => fail(new Error(log)));
            child.stderr.on("data", (text) => {
                const port = /\bon http:\/\/\S+:(\d+)/.exec(log += text);
                if (port)
                    found(Number(port[1]));
            });
        }), child);
    } finally {
        child.kill("SIGKILL");
    }
}

const status = async (port, path, headers = {}) => (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status;

for (const manifest of withPods.filter((manifest) => containerOf(manifest).args[0] === "serve"))
    describe(`the server of ${manifest.kind} ${manifest.metadata.name}`, () => {
        const pod = podOf(manifest), container = containerOf(manifest);
        const { startupProbe, readinessProbe, livenessProbe } = container;

        test("answers the probes, and not ready while it drains", () => serving(container, async (port, child) => {
            for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe].filter(Boolean)) {
                const port_named = container.ports.find(({ name, containerPort }) => [name, containerPort].includes(httpGet.port));
                assert.equal(`:${port_named.containerPort}`, valueOf(container, "--listen"));
                assert.equal(await status(port, httpGet.path), 200);
            }
            child.kill("SIGTERM");
            while (await status(port, readinessProbe.httpGet.path) === 200);
            assert.equal(await status(port, readinessProbe.httpGet.path), 503);
            assert.equal(await status(port, livenessProbe.httpGet.path), 200);
        }));

        test("has time to drain and to finish", () => {
            const drain = Number(valueOf(container, "--drain"));
            const noticed = readinessProbe.periodSeconds * readinessProbe.failureThreshold;
            assert.ok(noticed < drain, "the drain is longer than the probe takes");
            assert.ok(drain + FINISH_SECONDS < pod.terminationGracePeriodSeconds);
        });
    });

// ---- Jobs ----

describe("the jobs", () => {
    test("read every part of a list, and merge them", (t) => {
        const folder = mkdtempSync(join(tmpdir(), "lenet5-test-"));
        t.after(() => rmSync(folder, { recursive: true, force: true }));
        const [merge, read] = ["lenet5-merge", "lenet5-read"].map((name) => byKind("Job").find((job) => job.metadata.name === name));
        const shard = valueOf(containerOf(read), "--shard");
        assert.equal(shard, `$(JOB_COMPLETION_INDEX)/${read.spec.completions}`);
        assert.equal(read.spec.completionMode, "Indexed");

        // Three parts, so that it takes a moment. The last of the pictures does not exist.
        const samples = ["boxes.jpg", "word.png", "blank.png", "none.png"].map((name) => join(ROOT, "docs/samples", name));
        const list = spawnSync("tee", [join(folder, "list")], { input: samples.join("\n") });
        assert.equal(list.status, 0);
        const inFolder = (args) => args.map((word) => word.replace(/^\/parts\b/, folder));
        for (let index = 0; index < 3; index++) {
            const part = shard.replace("$(JOB_COMPLETION_INDEX)", index).replace(/\d+$/, "3");
            const done = spawnSync(PROGRAM, inFolder(replaced(containerOf(read).args, "--shard", part)), { cwd: folder, encoding: "utf8" });
            assert.equal(done.status, 0, done.stderr);
        }
        const merged = spawnSync(PROGRAM, inFolder(containerOf(merge).args), { cwd: folder, encoding: "utf8" });
        assert.equal(merged.status, 0, merged.stderr);
        const rows = readFileSync(join(folder, valueOf(containerOf(merge), "--out")), "utf8");
        const alone = lenet5("read", "--files", join(folder, "list"), "--json", "--out", join(folder, "one"));
        assert.equal(alone.status, 3, "a picture that does not exist");
        assert.equal(rows, readFileSync(join(folder, "one/part-1-of-1.jsonl"), "utf8"));
    });

    test("wrong usage fails the job", () => {
        const codes = byKind("Job").flatMap(({ spec }) => spec.podFailurePolicy?.rules ?? []).flatMap((rule) => rule.onExitCodes?.values ?? []);
        assert.deepEqual(codes, [lenet5("read", "--shard", "x").status]);
    });
});
