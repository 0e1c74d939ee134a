/* The result of reading a picture: the picture with boxes over it, the lines, and a field to correct each digit. */

import { bytesOf, byId, make, makeCanvas } from './dom.js';
import { ExplanationView } from './explanation.js';
import { noteText, percent, reasonText, t } from './i18n.js';

const CROP = 44; /* side of a digit's picture, in pixels */
const MIN_SHOWN = 0.001; /* least probability of another string that is shown */
const LABEL = 15; /* least height of the digits written over boxes, in pixels */

/** The lines in an answer of /v1/read, without the object for an empty picture. */
const writtenIn = (answer) => answer.filter((line) => line.decision !== 'empty');

/** The 28x28 pictures of the digits of a line, in their order; null where the answer has no explanation. */
function picturesOf(line) {
    const chosen = line.explanation?.candidates.filter((candidate) => candidate.chosen);
    return chosen?.map((candidate) => bytesOf(candidate.picture)) ?? null;
}

export class ReadingView {
    #root = byId('result');
    #picture = null;
    #answer = null;
    #about = 0;
    #explanation = new ExplanationView(byId('explanation'));
    #fields = []; /* one for each digit: {line, place, input} */

    /** Called to save the digits; resolves when the answer has their pictures. */
    onCollect = async () => {};

    constructor() {
        byId('collect').addEventListener('click', () => this.onCollect());
    }

    /** Shows an answer about a picture (bitmap, canvas or null); about is a number that identifies the picture. */
    show(picture, answer, about) {
        this.#picture = picture;
        this.#answer = answer;
        this.#about = about;
        this.refresh();
    }

    /** Redraws the answer in the current colours and language. */
    refresh() {
        const lines = this.lines ?? [];
        const strings = lines.map((line) => line.string).join(' ');
        const decisions = lines.map((line) => line.decision).join(' ');
        this.#root.dataset.strings = strings;
        this.#root.dataset.decisions = decisions;
        byId('result-body').hidden = this.#answer === null;
        this.#showPicture(lines);
        this.#showLines(lines);
        this.#showNotes();
        byId('correction').hidden = !lines.some((line) => line.digits.length > 0);
        this.#explanation.show(lines);
    }

    /** The lines of the answer; null without one. */
    get lines() {
        return this.#answer && writtenIn(this.#answer);
    }

    /** The result in a sentence. */
    get sentence() {
        const { lines } = this;
        if (!lines)
            return '';
        return lines.length === 0 ? t('nothing-written') : lines.map(sentenceOf).join('. ');
    }

    /** Whether the answer has an explanation. */
    get explained() {
        return this.#answer?.some((line) => line.explanation) ?? false;
    }

    /** The texts of the correction fields. */
    get labels() {
        return this.#fields.map(({ input }) => input.value);
    }

    set labels(labels) {
        this.#fields.forEach(({ input }, i) => { input.value = labels[i] ?? input.value; });
    }

    /** The digits that have a label, with their 28x28 pictures. */
    get labelled() {
        return this.#fields.flatMap(({ line, place, input }) => {
            const picture = picturesOf(line)?.[place];
            return picture && /^[0-9]$/.test(input.value)
                ? [{ key: `${this.#about} ${line.page} ${line.line} ${place}`, picture, label: Number(input.value) }]
                : [];
        });
    }

    /* ---- The picture ---- */

    #showPicture(lines) {
        const canvas = byId('result-picture');
        canvas.hidden = this.#picture === null;
        if (!this.#picture)
            return;
        canvas.width = this.#picture.width;
        canvas.height = this.#picture.height;
        canvas.setAttribute('aria-label', this.sentence);
        const context = canvas.getContext('2d');
        context.drawImage(this.#picture, 0, 0);
        lines.forEach((line) => drawLine(context, line, canvas.width));
    }

    /* ---- Lines ---- */

    #showLines(lines) {
        this.#fields = [];
        byId('nothing').hidden = lines.length > 0;
        byId('lines').replaceChildren(...lines.map((line) => this.#line(line)));
    }

    #line(line) {
        const rest = line.n_best.slice(1).filter(({ probability }) => probability >= MIN_SHOWN)
            .map(({ string, probability }) => `${string} ${percent(probability)}`);
        return make('li', { class: `line ${line.decision}` },
            make('p', { class: 'string' }, line.string || '–'),
            make('p', { class: 'line-words' }, verdictOf(line)),
            ...(rest.length > 0 ? [make('p', { class: 'soft' }, t('also', { strings: rest.join(', ') }))] : []),
            make('div', { class: 'digits', role: 'group', 'aria-label': t('correct-line', line) },
                ...line.digits.map((digit, place) => this.#digit(line, digit, place))));
    }

    #digit(line, digit, place) {
        const input = make('input', {
            type: 'text', inputmode: 'numeric', maxlength: '1', autocomplete: 'off', class: 'correction-digit',
            value: String(digit.digit), 'aria-label': t('correct-digit', { place: place + 1, line: line.line }),
        });
        input.addEventListener('focus', () => input.select());
        this.#fields.push({ line, place, input });
        return make('div', { class: 'digit' }, this.#crop(digit.box), input,
            make('span', { class: 'soft' }, percent(digit.probability)));
    }

    /* A digit cut out of the picture. */
    #crop([left, top, width, height]) {
        const canvas = makeCanvas(CROP, CROP, { class: 'crop' });
        if (!this.#picture)
            return canvas;
        const scale = (CROP - 4) / Math.max(width, height);
        const [w, h] = [width * scale, height * scale];
        const [x, y] = [(CROP - w) / 2, (CROP - h) / 2];
        canvas.getContext('2d').drawImage(this.#picture, left, top, width, height, x, y, w, h);
        return canvas;
    }

    #showNotes() {
        const notes = this.#answer?.[0]?.notes ?? [];
        byId('notes').replaceChildren(...notes.map((note) => make('li', {}, noteText(note))));
    }
}

function verdictOf({ decision, probability, reason, string }) {
    if (string === '')
        return t('no-string');
    if (decision === 'accepted')
        return t('line-accepted', { percent: percent(probability) });
    return `${t('line-unsure', { percent: percent(probability) })}: ${reasonText(reason)}`;
}

const sentenceOf = (line) => line.decision === 'accepted'
    ? t('sentence-accepted', line)
    : t('sentence-unsure', { string: line.string || '–' });

/* A box and its digit: solid if the line is accepted, otherwise dashed and with a question mark. */
function drawLine(context, line, pictureWidth) {
    const style = getComputedStyle(document.documentElement);
    const sure = line.decision === 'accepted';
    const width = Math.max(1.5, pictureWidth / 400);
    context.strokeStyle = sure ? '#005a9c' : '#a03c00';
    context.fillStyle = context.strokeStyle;
    context.lineWidth = width;
    context.textAlign = 'center';
    context.setLineDash(sure ? [] : [3 * width, 2 * width]);
    for (const { digit, box: [left, top, w, h] } of line.digits) {
        const size = Math.max(LABEL * width / 1.5, h / 4);
        context.strokeRect(left, top, w, h);
        context.font = `600 ${size}px ${style.fontFamily}`;
        tag(context, sure ? String(digit) : `${digit}?`, left + w / 2, Math.max(top - 2 * width, size), size);
    }
    context.setLineDash([]);
}

/* Text on a patch of its colour, standing on (x, y). */
function tag(context, text, x, y, size) {
    const half = context.measureText(text).width / 2 + size / 5;
    context.fillRect(x - half, y - size, 2 * half, size * 1.1);
    context.save();
    context.fillStyle = '#ffffff';
    context.fillText(text, x, y - size * 0.12);
    context.restore();
}
