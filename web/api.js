/* The requests to the server (docs/server.md). */

/** An error answer; status 0 stands for a server that cannot be reached. */
export class Refusal extends Error {
    constructor(status, message, retryAfter) {
        super(message);
        this.status = status;
        this.retryAfter = retryAfter; /* seconds; 0 if the server gives none */
    }
}

async function refusalOf(response) {
    const body = await response.json().catch(() => ({}));
    return new Refusal(response.status, body.error ?? '', Number(response.headers.get('Retry-After')) || 0);
}

async function ask(path, options) {
    let response;
    try {
        response = await fetch(path, options);
    } catch {
        throw new Refusal(0, '', 0);
    }
    if (!response.ok)
        throw await refusalOf(response);
    return response.json();
}

function post(path, query, type, body) {
    return ask(`${path}?${new URLSearchParams(query)}`, { method: 'POST', headers: { 'Content-Type': type }, body });
}

export const network = () => ask('/v1/network');

/** One digit in grey values, row by row; resolves to its result, with all maps. */
export async function classifyGrey(pixels, width, options) {
    const query = { normalise: 1, width, maps: 1, ...options };
    return (await post('/v1/classify', query, 'application/octet-stream', pixels)).results[0];
}

/** One digit in a picture file. */
export async function classifyFile(file, options) {
    return (await post('/v1/classify', { normalise: 1, maps: 1, ...options }, typeOf(file), file)).results[0];
}

/** Lines of digits in a picture file. */
export const read = (file, options) => post('/v1/read', options, typeOf(file), file);

/* A file of a type that the browser does not know is sent as a picture: the server looks at its bytes. */
const typeOf = (file) => file.type.startsWith('image/') ? file.type : 'image/unknown';
