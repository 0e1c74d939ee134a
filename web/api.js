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

/** Classifies one digit, given as grey values row by row; resolves to the result with all maps. */
export async function classifyGrey(pixels, width, options) {
    const query = { normalise: 1, width, maps: 1, ...options };
    return (await post('/v1/classify', query, 'application/octet-stream', pixels)).results[0];
}

/** Classifies one digit in a picture file. */
export async function classifyFile(file, options) {
    return (await post('/v1/classify', { normalise: 1, maps: 1, ...options }, typeOf(file), file)).results[0];
}

/** Reads the lines of digits in a picture file. */
export const read = (file, options) => post('/v1/read', options, typeOf(file), file);

/* The content type of a file. The server detects the format from the bytes, so an unknown type is sent as a picture. */
const typeOf = (file) => file.type.startsWith('image/') ? file.type : 'image/unknown';
