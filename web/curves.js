/* The error curves of a training beside the paper's figure 5, as a picture and as a table. */

import { make, makeSvg } from './dom.js';
import { number, t } from './i18n.js';

const HEIGHT = 380;
const MARGIN = { left: 52, right: 12, top: 12, bottom: 44 };
const TICKS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]; /* per cent */
const MIN_EPOCHS = 20; /* as in the paper's figure */

/* The curves: their source, their quantity, and the member of an epoch that has the value. */
function curvesOf({ history, figure_5: paper, held_out: heldOut }) {
    const ours = [{ key: 'ours-train', look: 'train', points: history, member: 'train_error_pct' }];
    if (heldOut)
        ours.push({ key: `ours-${heldOut}`, look: 'held-out', points: history, member: `${heldOut}_error_pct` });
    return [
        { key: 'paper-train', look: 'train paper', points: paper, member: 'train_error_pct' },
        { key: 'paper-test', look: 'held-out paper', points: paper, member: 'test_error_pct' },
        ...ours,
    ];
}

const steps = (last) => [1, 2, 5, 10, 20, 50, 100, 200].find((step) => last / step <= 10) ?? 500;

export class CurvesView {
    #picture;
    #key;
    #table;
    #training = null;

    constructor(picture, key, table) {
        this.#picture = picture;
        this.#key = key;
        this.#table = table;
        new ResizeObserver(() => this.#draw()).observe(picture);
    }

    /** Shows a training, given as the object of the event "state". */
    show(training) {
        this.#training = training;
        this.#showKey();
        this.#showTable();
        this.#draw();
    }

    #showKey() {
        this.#key.replaceChildren(...curvesOf(this.#training).map(({ key, look }) => make('li', {},
            makeSvg('svg', { 'aria-hidden': 'true' }, makeSvg('line', { class: look, x1: 0, y1: 5, x2: 36, y2: 5 })),
            t(`watch-${key}`))));
    }

    #showTable() {
        const curves = curvesOf(this.#training);
        const shown = curves.flatMap(({ points }) => points.map(({ pass }) => pass));
        const passes = [...new Set(shown)].sort((a, b) => a - b);
        const cell = ({ points, member }, pass) => {
            const value = points.find((point) => point.pass === pass)?.[member];
            return make('td', {}, value === undefined ? '' : number(value, 2));
        };
        this.#table.replaceChildren(
            make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, t('watch-axis-pass')),
                ...curves.map(({ key }) => make('th', { scope: 'col' }, `${t(`watch-${key}`)}, %`)))),
            make('tbody', {}, ...passes.map((pass) => make('tr', {}, make('th', { scope: 'row' }, String(pass)),
                ...curves.map((curve) => cell(curve, pass))))));
    }

    /* ---- The picture: epochs from left to right, the error on a logarithmic scale ---- */

    #draw() {
        const width = this.#picture.clientWidth;
        if (!this.#training || width === 0)
            return;
        const curves = curvesOf(this.#training);
        const last = Math.max(MIN_EPOCHS, this.#training.passes, ...this.#training.history.map(({ pass }) => pass));
        const ticks = ticksFor(curves);
        const place = placing(width, last, ticks);
        this.#picture.replaceChildren(makeSvg('svg', {
            class: 'curves', height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img',
            'aria-label': t('watch-curves-label'),
        }, ...axes(width, last, ticks, place), ...curves.flatMap((curve) => drawCurve(curve, place))));
    }
}

/* The ticks that enclose all values. */
function ticksFor(curves) {
    const values = curves.flatMap(({ points, member }) => points.map((point) => point[member])).filter((v) => v > 0);
    const first = TICKS.findLastIndex((tick) => tick <= Math.min(...values));
    const last = TICKS.findIndex((tick) => tick >= Math.max(...values));
    return TICKS.slice(Math.max(0, first), last + 1);
}

/* The position of an epoch and an error in the picture. An error of 0 lies on the axis. */
function placing(width, last, ticks) {
    const [low, high] = [Math.log(ticks[0]), Math.log(ticks.at(-1))];
    return {
        x: (pass) => MARGIN.left + (pass - 1) / (last - 1) * (width - MARGIN.left - MARGIN.right),
        y: (error) => MARGIN.top +
            (high - Math.log(Math.max(error, ticks[0]))) / (high - low) * (HEIGHT - MARGIN.top - MARGIN.bottom),
    };
}

function axes(width, last, ticks, place) {
    const bottom = HEIGHT - MARGIN.bottom;
    const level = (look, y) =>
        makeSvg('line', { class: look, x1: MARGIN.left, x2: width - MARGIN.right, y1: y, y2: y });
    const step = steps(width < 500 ? 2 * last : last);
    const passes = [1, ...Array.from({ length: Math.floor(last / step) }, (_, i) => (i + 1) * step)];
    return [
        ...ticks.flatMap((tick) => [
            level('grid', place.y(tick)),
            makeSvg('text', { x: MARGIN.left - 8, y: place.y(tick) + 4, 'text-anchor': 'end' }, String(tick)),
        ]),
        level('axis', bottom),
        ...[...new Set(passes)].map((pass) =>
            makeSvg('text', { x: place.x(pass), y: bottom + 18, 'text-anchor': 'middle' }, String(pass))),
        makeSvg('text', { x: width - MARGIN.right, y: HEIGHT - 6, 'text-anchor': 'end' }, t('watch-axis-pass')),
        makeSvg('text', { transform: `translate(13 ${MARGIN.top + 90}) rotate(-90)` }, t('watch-axis-error')),
    ];
}

function drawCurve({ points, member, look }, place) {
    const known = points.filter((point) => point[member] !== undefined && point[member] !== null);
    const at = known.map((point) => [place.x(point.pass), place.y(point[member])]);
    const r = look.includes('paper') ? 2.5 : 3.5;
    return [
        makeSvg('polyline', { class: look, points: at.map((xy) => xy.join(',')).join(' ') }),
        ...at.map(([cx, cy]) => makeSvg('circle', { class: `dot ${look}`, cx, cy, r })),
    ];
}
