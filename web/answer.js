/*
 * The answer beside the pad, in large type and as a sentence: a digit with bars for its eleven probabilities, or the
 * strings found in a number or a picture.
 */

import { byId, make } from './dom.js';
import { percent, reasonText, t } from './i18n.js';

const RUBBISH = 10;
const MAX_STRINGS = 4; /* shown beside the pad; the section below has all of them */

const nothing = { items: [], decision: 'none', words: '', detail: '' };

export class AnswerView {
    #root = byId('answer');
    #text = byId('answer-text');
    #words = byId('answer-words');
    #detail = byId('answer-detail');
    #bars = [];
    #result = null; /* of /v1/classify */
    #content = () => nothing; /* makes the displayed text in the current language */

    constructor() {
        const list = byId('posterior');
        for (let outcome = 0; outcome <= RUBBISH; outcome++) {
            const name = make('span', { class: 'outcome' }, outcome < RUBBISH ? String(outcome) : '');
            const fill = make('span', { class: 'fill' });
            const value = make('span', { class: 'value' });
            const item = make('li', {}, name, make('span', { class: 'bar', 'aria-hidden': 'true' }, fill), value);
            this.#bars.push({ item, name, fill, value });
            list.append(item);
        }
        this.refresh();
    }

    /** Shows a result of /v1/classify; null clears the answer. */
    showDigit(result) {
        this.#result = result;
        this.#content = () => result ? digitContent(result) : nothing;
        this.refresh();
    }

    /** Shows the lines of an answer of /v1/read; null clears the answer. */
    showLines(lines) {
        this.#result = null;
        this.#content = () => lines ? linesContent(lines) : nothing;
        this.refresh();
    }

    /** Shows the same answer again, in the current language. */
    refresh() {
        const { items, decision, words, detail } = this.#content();
        this.#root.dataset.digit = this.#result?.digit ?? '';
        this.#root.dataset.decision = decision;
        this.#root.dataset.lines = items.length;
        this.#text.replaceChildren(...items.map((item) => make('span', { class: item.decision }, item.text)));
        this.#words.textContent = words;
        this.#detail.textContent = detail;
        this.#showBars();
    }

    /** The answer in a sentence, for a screen reader; "" if there is none. */
    get sentence() {
        return [this.#words.textContent, this.#detail.textContent].filter(Boolean).join('. ');
    }

    #showBars() {
        this.#bars[RUBBISH].name.textContent = t('rubbish');
        const seen = (this.#result?.digit ?? null) !== null;
        const shares = seen ? [...this.#result.posterior, this.#result.rubbish] : [];
        const greatest = shares.indexOf(Math.max(...shares));
        this.#bars.forEach(({ item, fill, value }, outcome) => {
            const share = shares[outcome];
            fill.style.width = `${100 * (share ?? 0)}%`;
            value.textContent = share === undefined ? '' : percent(share);
            item.classList.toggle('greatest', outcome === greatest);
        });
    }
}

function digitContent({ digit, decision, probability, rubbish }) {
    if (digit === null)
        return { ...nothing, words: t('no-ink') };
    const items = [{ text: String(digit), decision }];
    if (decision === 'accepted') {
        const detail = t('probability', { percent: percent(probability) });
        return { items, decision, words: t('it-is', { digit }), detail };
    }
    const detail = rubbish > probability
        ? t('no-digit', { digit, percent: percent(rubbish) })
        : t('nearest', { digit, percent: percent(probability) });
    return { items, decision, words: t('not-sure'), detail };
}

function linesContent(lines) {
    if (lines.length === 0)
        return { ...nothing, words: t('nothing-written') };
    const items = lines.slice(0, MAX_STRINGS).map(({ string, decision }) => ({ text: string || '–', decision }));
    const unsure = lines.filter(({ decision }) => decision !== 'accepted').length;
    const decision = unsure === 0 ? 'accepted' : 'unsure';
    return { items, decision, words: linesVerdict(lines.length, unsure), detail: linesDetail(lines, unsure) };
}

function linesVerdict(count, unsure) {
    if (unsure === 0)
        return t('lines-accepted');
    return unsure === count ? t('not-sure') : t('lines-some', { count: unsure, of: count });
}

function linesDetail(lines, unsure) {
    if (lines.length > MAX_STRINGS)
        return t('lines-more', { count: lines.length - MAX_STRINGS });
    if (lines.length > 1)
        return '';
    const [{ string, probability, reason }] = lines;
    if (unsure === 0)
        return t('probability', { percent: percent(probability) });
    return string === ''
        ? t('no-string-reason')
        : t('line-reason', { reason: reasonText(reason), percent: percent(probability) });
}
