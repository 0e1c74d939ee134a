/* Sends the newest state of something that changes fast: at most one request at a time, at most one per frame. */

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

export class Live {
    #send;
    #fail;
    #dirty = false;
    #busy = false;

    /**
     * send() asks about the state as it is then and resolves to the milliseconds to wait before the next request.
     * fail(error, stale) handles an error and returns the milliseconds after which to try again, or null for never.
     * stale: the state has changed since it was sent.
     */
    constructor(send, fail) {
        this.#send = send;
        this.#fail = fail;
    }

    /** The state has changed. */
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
