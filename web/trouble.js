/* What went wrong, in words, and when to try again. */

import { t } from './i18n.js';

const GONE_PAUSE = 2000; /* milliseconds before a server that cannot be reached is asked again */
const BUSY_PAUSE = 1000; /* the same for one that is busy and has not said when to come back */

const known = { 0: 'server-gone', 401: 'key-needed', 413: 'too-large', 429: 'busy', 503: 'busy' };

export class Trouble {
    #element;
    #tell = null; /* makes the text */

    constructor(element) {
        this.#element = element;
    }

    /** Tells of a Refusal. Returns the milliseconds after which to ask again, or null not to. */
    report(error) {
        if (error.status === undefined)
            throw error;
        const pause = pauseAfter(error);
        const values = { status: error.status, message: error.message, seconds: Math.ceil(pause / 1000) };
        this.#tell = () => t(known[error.status] ?? 'refused', values);
        this.refresh();
        return pause;
    }

    /** Tells of something by its key among the texts. */
    say(key) {
        this.#tell = () => t(key);
        this.refresh();
    }

    /** Nothing is wrong any more. */
    over() {
        this.#tell = null;
        this.refresh();
    }

    refresh() {
        const text = this.#tell?.() ?? '';
        if (this.#element.textContent !== text)
            this.#element.textContent = text;
    }
}

function pauseAfter({ status, retryAfter }) {
    if (status === 0)
        return GONE_PAUSE;
    if (status === 429 || status === 503)
        return 1000 * retryAfter || BUSY_PAUSE;
    return null;
}
