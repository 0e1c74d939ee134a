/* The explanation of a reading: the stages, the segmentation graph, and the inputs of the network. */

import { paint, inRows, scales } from './colours.js';
import { bytesOf, make, makeCanvas, makeSvg } from './dom.js';
import { percent, t, tOr } from './i18n.js';

const SIDE = 28;
const RUBBISH = 10;
const SPACING = 56; /* pixels between two nodes of the graph */
const MARGIN = 32;
const RISE = 26; /* height of an arc in pixels, for each piece */
const PLAUSIBLE = 0.01;
const MAX_CANDIDATES = 24; /* shown at first */

function bestOf({ posterior }) {
    const digits = posterior.slice(0, RUBBISH);
    const digit = digits.indexOf(Math.max(...digits));
    return { digit, probability: digits[digit] };
}

const score = (candidate) => bestOf(candidate).probability * candidate.prior;

export class ExplanationView {
    #root;

    constructor(root) {
        this.#root = root;
    }

    /** Shows the explanations of lines that have one. */
    show(lines) {
        const explained = lines.filter((line) => line.explanation);
        this.#root.replaceChildren(...explained.flatMap((line) => partsOf(line)));
    }
}

function partsOf(line) {
    const { stages, candidates } = line.explanation;
    const whole = stages.filter((stage) => stage.line === 0);
    const own = stages.filter((stage) => stage.line !== 0);
    const parts = whole.map(stageFigure);
    const title = t('line-title', { line: line.line, string: line.string || '–' });
    parts.push(make('h3', {}, title), ...own.map(stageFigure));
    if (candidates.length > 0)
        parts.push(graphOf(candidates), make('p', { class: 'soft' }, graphWords(stages)), ...triedParts(candidates));
    return parts;
}

/* ---- Stages ------------------------------------------------------------------------------------------------------ */

/** A stage as an image, which may not be decoded yet. */
export function stageImage({ width, height, png }, alt = '') {
    return make('img', { class: 'stage', width, height, alt, src: `data:image/png;base64,${png}` });
}

function stageFigure(stage) {
    const key = `stage: ${stage.name}`;
    const words = tOr(key, stage.name);
    return make('figure', {}, make('div', { class: 'scroll' }, stageImage(stage, words)),
        make('figcaption', {}, words));
}

/* ---- The segmentation graph: a node for each gap or cut, an arc for each group of pieces that may be a digit ----- */

function graphOf(candidates) {
    const nodes = Math.max(...candidates.map((candidate) => candidate.last)) + 1;
    const arcs = candidates.filter((candidate) => candidate.chosen || score(candidate) > PLAUSIBLE);
    const span = Math.max(...arcs.map((arc) => arc.last - arc.first), 1);
    const base = span * RISE * 0.75 + 30;
    const [width, height] = [2 * MARGIN + (nodes - 1) * SPACING, base + 16];
    const path = arcs.filter((arc) => arc.chosen);
    const label = t('graph-label', { digits: path.map((arc) => bestOf(arc).digit).join(' ') });
    const frame = { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label };
    const picture = makeSvg('svg', frame,
        ...arcs.filter((arc) => !arc.chosen).map((arc) => arcOf(arc, base)),
        ...path.map((arc) => arcOf(arc, base)),
        ...Array.from({ length: nodes }, (_, i) => makeSvg('circle', { cx: MARGIN + i * SPACING, cy: base, r: 3.5 })));
    const box = { class: 'scroll graph', tabindex: '0', role: 'group', 'aria-label': t('graph-title') };
    return make('div', box, picture);
}

/* A line read by space displacement has no cuts. */
function graphWords(stages) {
    return t(stages.some(({ name }) => name === 'sweep') ? 'graph-swept' : 'graph-explained');
}

function arcOf(candidate, base) {
    const [from, to] = [candidate.first, candidate.last].map((node) => MARGIN + node * SPACING);
    const rise = RISE * (candidate.last - candidate.first);
    const { digit, probability } = bestOf(candidate);
    return makeSvg('g', { class: candidate.chosen ? 'chosen' : null },
        makeSvg('path', { d: `M${from} ${base}C${from} ${base - rise} ${to} ${base - rise} ${to} ${base}` }),
        makeSvg('text', { x: (from + to) / 2, y: base - 0.75 * rise - 4 }, String(digit)),
        makeSvg('title', {}, `${digit}: ${percent(probability)}`));
}

/* ---- The inputs of the network ----------------------------------------------------------------------------------- */

/* The chosen candidates in order, then the most likely ones; the others on request. */
function triedParts(candidates) {
    const chosen = candidates.filter((candidate) => candidate.chosen);
    const others = candidates.filter((candidate) => !candidate.chosen);
    const sorted = [...chosen, ...others.sort((a, b) => score(b) - score(a))];
    const list = make('ul', { class: 'tried' }, ...sorted.slice(0, MAX_CANDIDATES).map(triedItem));
    const parts = [make('h4', {}, t('tried-title', { count: candidates.length })), list];
    if (sorted.length > MAX_CANDIDATES) {
        const more = make('button', { type: 'button' }, t('show-all'));
        more.addEventListener('click', () => {
            list.append(...sorted.slice(MAX_CANDIDATES).map(triedItem));
            more.remove();
        });
        parts.push(more);
    }
    return parts;
}

function triedItem(candidate) {
    const canvas = makeCanvas(SIDE, SIDE);
    paint(canvas, inRows(bytesOf(candidate.picture), SIDE), scales.byte);
    const { digit, probability } = bestOf(candidate);
    const rubbish = candidate.posterior[RUBBISH];
    const words = rubbish > probability
        ? [t('tried-rubbish'), percent(rubbish)]
        : [String(digit), percent(probability)];
    return make('li', { class: candidate.chosen ? 'chosen' : null }, canvas,
        make('span', { class: 'what' }, words[0]), make('span', { class: 'soft' }, words[1]),
        ...(candidate.chosen ? [make('span', { class: 'mark' }, t('tried-chosen'))] : []));
}
