/* The kernels of C1 and C3 as small pictures, and Table I, the inputs of each map of C3. */

import { paint, scales } from './colours.js';
import { make, makeCanvas } from './dom.js';
import { number, t } from './i18n.js';

const greatest = (kernels) => Math.max(...kernels.flat(2).map(Math.abs));

const canvasOf = (kernel) => makeCanvas(kernel[0].length, kernel.length, { class: 'kernel' });

/** The kernels of C1, each with a canvas. */
export const firstKernels = (weight) => weight.map((kernel) => ({ kernel, canvas: canvasOf(kernel) }));

export class KernelsView {
    #table;
    #weight;
    #most;
    #map = 0;
    #first = [];
    #title = make('p', { class: 'kernels-title' });
    #list = make('ul', { class: 'kernels' });
    #cells;
    #summary = make('summary', {});
    #caption = make('caption', {});

    constructor({ table, weights }) {
        this.#table = table;
        this.#weight = weights.c3.weight;
        this.#most = greatest(this.#weight);
        this.element = make('div', { class: 'kernels-of' }, this.#title, this.#list, this.#makeTable());
    }

    /** Adds the kernels of C1 to those that are drawn. */
    addFirst(kernels) {
        this.#first = kernels;
    }

    /** Shows the kernels of a map of C3. */
    choose(map) {
        this.#map = map;
        this.#paint();
    }

    refresh() {
        this.#summary.textContent = t('table-title');
        this.#caption.textContent = t('table-caption');
        this.#cells.forEach(({ cell, fed }) => { cell.textContent = fed ? '×' : '·'; });
        const most = greatest(this.#first.map(({ kernel }) => kernel));
        this.#first.forEach(({ kernel, canvas }) => paint(canvas, kernel, scales.kernel(most)));
        this.#paint();
    }

    /* Column by column: map 0's kernels come first. */
    #kernelsOf(map) {
        const fed = (m) => this.#table.filter((row) => row[m]).length;
        const before = Array.from({ length: map }, (_, m) => fed(m)).reduce((sum, each) => sum + each, 0);
        return this.#weight.slice(before, before + fed(map));
    }

    #paint() {
        const sources = this.#table.map((row, s) => s).filter((s) => this.#table[s][this.#map]);
        const items = this.#kernelsOf(this.#map).map((kernel, i) => {
            const canvas = canvasOf(kernel);
            paint(canvas, kernel, scales.kernel(this.#most));
            return make('li', {}, canvas, make('span', {}, `S2 ${sources[i]}`));
        });
        this.#list.replaceChildren(...items);
        this.#title.textContent = t('kernels-of', { map: this.#map, most: number(this.#most, 2) });
        this.#cells.forEach(({ cell, map }) => cell.classList.toggle('chosen', map === this.#map));
    }

    #makeTable() {
        this.#cells = this.#table.flatMap((row) => row.map((fed, map) => ({ cell: make('td', {}), fed, map })));
        const columns = this.#table[0].length;
        const head = make('tr', {}, make('td', {}),
            ...this.#table[0].map((fed, map) => make('th', { scope: 'col' }, String(map))));
        const rows = this.#table.map((row, s) => make('tr', {}, make('th', { scope: 'row' }, String(s)),
            ...this.#cells.slice(s * columns, (s + 1) * columns).map(({ cell }) => cell)));
        const table = make('table', { class: 'table-one' }, this.#caption, make('tbody', {}, head, ...rows));
        return make('details', {}, this.#summary, make('div', { class: 'scroll', tabindex: '0' }, table));
    }
}
