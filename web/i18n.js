/* Texts in the visitor's language. Elements say which by data-t (their text) and data-t-label (their aria-label). */

import english from './english.js';
import korean from './korean.js';

export const languages = { en: english, ko: korean };

const listeners = [];
let language = 'en';

/** The text of a key, {name} replaced by values.name. */
export function t(key, values = {}) {
    const text = languages[language][key] ?? english[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Whether there is such a text. */
export const hasText = (key) => key in english;

/** Calls listener after every change of language. */
export function onLanguage(listener) {
    listeners.push(listener);
}

export function setLanguage(code) {
    language = code;
    document.documentElement.lang = code;
    translate(document);
    listeners.forEach((listener) => listener());
}

/** Puts the texts into what is below root. */
export function translate(root) {
    for (const element of root.querySelectorAll('[data-t]'))
        element.textContent = t(element.dataset.t);
    for (const element of root.querySelectorAll('[data-t-label]'))
        element.setAttribute('aria-label', t(element.dataset.tLabel));
}

export const number = (value, digits = 0) =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A probability in per cent; one that is not quite certain is not told as 100. */
export function percent(probability) {
    if (probability > 0.9995)
        return `> ${number(99.9, 1)}\u00a0%`;
    return `${number(100 * probability, 1)}\u00a0%`;
}

/** A signed value, with a true minus. */
export const signed = (value, digits = 2) => number(value, digits).replace('-', '−');
