/* The answer to one digit: in large type, in words, and as bars of the eleven probabilities. */

import { byId, make } from './dom.js';
import { percent, t } from './i18n.js';

const RUBBISH = 10;

export class AnswerView {
    #root = byId('answer');
    #digit = byId('answer-digit');
    #words = byId('answer-words');
    #detail = byId('answer-detail');
    #bars = [];
    #result = null;

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
        this.show(null);
    }

    /** Shows a result of /v1/classify, or nothing. */
    show(result) {
        this.#result = result;
        const seen = result !== null && result.digit !== null;
        this.#root.dataset.digit = seen ? result.digit : '';
        this.#root.dataset.decision = seen ? result.decision : 'none';
        this.#digit.textContent = seen ? result.digit : '';
        this.#words.textContent = this.#verdict(seen);
        this.#detail.textContent = seen ? this.#reason() : '';
        this.#showBars(seen);
    }

    /** Once more, in another language. */
    refresh() {
        this.show(this.#result);
    }

    /** The answer in a sentence, for reading out; "" if there is none. */
    get sentence() {
        if (!this.#result)
            return '';
        return [this.#words.textContent, this.#detail.textContent].filter(Boolean).join('. ');
    }

    #verdict(seen) {
        if (!this.#result)
            return '';
        if (!seen)
            return t('no-ink');
        if (this.#result.decision === 'accepted')
            return t('it-is', { digit: this.#result.digit });
        return t('not-sure');
    }

    #reason() {
        const { digit, decision, probability, rubbish } = this.#result;
        if (decision === 'accepted')
            return t('probability', { percent: percent(probability) });
        return rubbish > probability
            ? t('no-digit', { digit, percent: percent(rubbish) })
            : t('nearest', { digit, percent: percent(probability) });
    }

    #showBars(seen) {
        this.#bars[RUBBISH].name.textContent = t('rubbish');
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
