/* Error messages, and when to retry a request. */

import { serverMessage, t } from './i18n.js';

const GONE_PAUSE = 2000; /* milliseconds before the next request to a server that cannot be reached */
const BUSY_PAUSE = 1000; /* the same for a busy server without Retry-After */

const known = {
    0: 'server-gone', 400: 'unreadable', 401: 'key-needed', 403: 'forbidden', 413: 'too-large', 422: 'unprocessable',
    429: 'busy', 503: 'busy', 504: 'too-slow',
};

export class Trouble {
    #element;
    #text = null; /* makes the text in the current language */

    constructor(element) {
        this.#element = element;
    }

    /** Shows a Refusal. Returns the milliseconds to wait before a retry, or null for no retry. */
    reportRefusal(error) {
        if (error.status === undefined)
            throw error;
        const pause = pauseAfter(error);
        const values = () =>
            ({ status: error.status, message: serverMessage(error.message), seconds: Math.ceil(pause / 1000) });
        this.#text = () => t(known[error.status] ?? 'refused', values());
        this.refresh();
        return pause;
    }

    /** Shows the text of a key. */
    report(key) {
        this.#text = () => t(key);
        this.refresh();
    }

    /** Clears the error. */
    clear() {
        this.#text = null;
        this.refresh();
    }

    refresh() {
        const text = this.#text?.() ?? '';
        if (this.#element.textContent !== text)
            this.#element.textContent = text;
    }
}

/** Whether a retry of the same request cannot succeed. */
export const isFinal = (refusal) => refusal.status !== undefined && pauseAfter(refusal) === null;

/* The milliseconds to wait before a retry; null for no retry. */
function pauseAfter({ status, retryAfter }) {
    if (status === 0)
        return GONE_PAUSE;
    if (status === 429 || status === 503)
        return 1000 * retryAfter || BUSY_PAUSE;
    return null;
}
