/* The digits that the user has labelled, for download as IDX files. */

import { byId, make, makeCanvas } from './dom.js';
import { download, idxImages, idxLabels } from './idx.js';
import { number, t } from './i18n.js';
import { inRows, paint, scales } from './colours.js';

const SIDE = 28;

export class Collection {
    #digits = new Map(); /* by origin, so that a new label of a digit replaces the old one */

    constructor() {
        byId('download').addEventListener('click', () => this.#download());
        byId('forget').addEventListener('click', () => this.#forget());
        this.refresh();
    }

    /** Keeps 28x28 bytes, 255 is ink, with their label; key is their origin. */
    keep(key, picture, label) {
        this.#digits.set(key, { picture, label });
        this.refresh();
    }

    get size() {
        return this.#digits.size;
    }

    /** Redraws everything after a change of colours or language. */
    refresh() {
        const empty = this.size === 0;
        byId('collected').textContent = empty ? t('collected-none') : t('collected', { count: number(this.size) });
        byId('collected').dataset.count = this.size;
        byId('download').disabled = empty;
        byId('forget').disabled = empty;
        byId('labelled').replaceChildren(...Array.from(this.#digits.values(), (digit) => this.#picture(digit)));
    }

    #picture({ picture, label }) {
        const canvas = makeCanvas(SIDE, SIDE);
        paint(canvas, inRows(picture, SIDE), scales.byte);
        return make('li', {}, canvas, make('span', {}, String(label)));
    }

    #forget() {
        this.#digits.clear();
        this.refresh();
    }

    #download() {
        const digits = [...this.#digits.values()];
        download('train-images-idx3-ubyte', idxImages(digits.map((digit) => digit.picture), SIDE));
        download('train-labels-idx1-ubyte', idxLabels(digits.map((digit) => digit.label)));
    }
}
