/* The output layer: the picture of F6 beside the ten codes, and its distance from each. The nearest code wins. */

import { inRows, paint, scales, wipe } from './colours.js';
import { make, makeCanvas } from './dom.js';
import { number, t } from './i18n.js';
import { MapRow } from './maprow.js';

const CODE_PIXELS = 8;
const MAX_DIFFERENCE = 4; /* greatest squared difference of one unit, between +1 and -1 */

const figure = (canvas, caption) => make('figure', { class: 'drawn' }, canvas, caption);

export class CodesView {
    #codes;
    #rubbish; /* the fixed distance of "not a digit" */
    #bars = [];
    #maps = null;
    #chosen = null;
    #code;
    #difference;
    #limit = make('p', { class: 'soft' }); /* explains the mark on the bars */
    #captions = { f6: make('figcaption', {}), code: make('figcaption', {}), difference: make('figcaption', {}) };

    constructor({ codes, metadata }) {
        const [rows, columns] = [codes[0].length, codes[0][0].length];
        this.#codes = codes;
        this.#rubbish = Number(metadata.rubbish) || null;
        this.row = new MapRow({ count: codes.length, rows, columns, wide: CODE_PIXELS, below: () => this.#addBar() });
        this.row.element.classList.add('codes');
        this.#code = makeCanvas(columns, rows, { class: 'large' });
        this.#difference = makeCanvas(columns, rows, { class: 'large' });
        this.compared = [
            make('span', { class: 'operator', 'aria-hidden': 'true' }, '−'),
            figure(this.#code, this.#captions.code),
            make('span', { class: 'operator', 'aria-hidden': 'true' }, '→'),
            figure(this.#difference, this.#captions.difference),
        ];
    }

    /** The codes with their captions. */
    get elements() {
        return [this.row.element, this.#limit];
    }

    /** F6's picture with its caption. */
    drawn(picture) {
        return figure(picture, this.#captions.f6);
    }

    show(maps) {
        this.#maps = maps;
        this.#paintBars();
        this.#paintDifference();
    }

    /** Compares F6 with the code of a digit; null: with the nearest. */
    choose(digit) {
        this.#chosen = digit;
        this.#paintDifference();
    }

    refresh() {
        this.row.paint(this.#codes, scales.state);
        this.#captions.f6.textContent = t('f6-draws');
        this.#limit.textContent = this.#rubbish === null ? '' : t('limit', { distance: number(this.#rubbish, 1) });
    }

    #addBar() {
        const fill = make('span', { class: 'fill' });
        const limit = make('span', { class: 'limit' });
        const value = make('span', { class: 'value' });
        const verdict = make('span', { class: 'verdict' });
        this.#bars.push({ fill, limit, value, verdict });
        return [value, make('span', { class: 'bar' }, fill, limit), verdict];
    }

    get #nearest() {
        return this.#maps.penalties.indexOf(Math.min(...this.#maps.penalties));
    }

    #paintBars() {
        const penalties = this.#maps?.penalties ?? [];
        const most = Math.max(...penalties, this.#rubbish ?? 0);
        const nearest = this.#maps ? this.#nearest : null;
        this.#bars.forEach(({ fill, limit, value, verdict }, digit) => {
            const penalty = penalties[digit];
            fill.style.width = `${100 * (penalty ?? 0) / most}%`;
            limit.hidden = this.#rubbish === null || !this.#maps;
            limit.style.left = `${100 * (this.#rubbish ?? 0) / most}%`;
            value.textContent = penalty === undefined ? '' : number(penalty, 1);
            verdict.textContent = digit === nearest ? t('nearest-code') : '';
        });
        this.row.distinguish(nearest);
    }

    #paintDifference() {
        const { code, difference } = this.#captions;
        if (!this.#maps) {
            [this.#code, this.#difference].forEach(wipe);
            code.textContent = '';
            difference.textContent = '';
            return;
        }
        const digit = this.#chosen ?? this.#nearest;
        const ideal = this.#codes[digit];
        const drawn = inRows(this.#maps.f6, ideal[0].length);
        const squares = drawn.map((row, y) => row.map((state, x) => (state - ideal[y][x]) ** 2));
        paint(this.#code, ideal, scales.state);
        paint(this.#difference, squares, scales.amount(MAX_DIFFERENCE));
        code.textContent = t('code-of', { digit });
        difference.textContent = t('difference', { distance: number(this.#maps.penalties[digit], 1) });
    }
}
