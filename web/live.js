/* Sends the newest state of a fast-changing object: at most one request at a time and one per frame. */

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

export class Live {
    #send;
    #fail;
    #dirty = false;
    #busy = false;

    /**
     * send() requests an answer for the current state and resolves to the milliseconds to wait before the next request.
     * fail(error, stale) handles an error and returns the milliseconds after which to try again, or null for never.
     * stale: the state has changed since it was sent.
     */
    constructor(send, fail) {
        this.#send = send;
        this.#fail = fail;
    }

    /** Call this after every change of the state. */
    changed() {
        this.#dirty = true;
        this.#next();
    }

    #next() {
        if (!this.#dirty || this.#busy)
            return;
        this.#busy = true;
        requestAnimationFrame(() => this.#run());
    }

    async #run() {
        this.#dirty = false;
        try {
            await wait(await this.#send().catch((error) => this.#failed(error)));
        } finally {
            this.#busy = false;
        }
        this.#next();
    }

    #failed(error) {
        const pause = this.#fail(error, this.#dirty);
        this.#dirty ||= pause !== null;
        return pause ?? 0;
    }
}
