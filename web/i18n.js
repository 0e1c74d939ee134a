/* Texts in the user's language. data-t of an element names its text, data-t-label its aria-label. */

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

/** The text of a key, or fallback if there is none. */
export const tOr = (key, fallback) => key in english ? t(key) : fallback;

/** A reason for a doubt, or a note about a picture, from the server: translated if known, otherwise in English. */
export const reasonText = (reason) => tOr(`reason: ${reason}`, reason);
export const noteText = (note) => tOr(`note: ${note}`, note);

/** The message of the server if the page is in English, otherwise "". */
export const serverMessage = (message) => language === 'en' ? message : '';

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

/** Sets the texts of all elements below root. */
export function translate(root) {
    for (const element of root.querySelectorAll('[data-t]'))
        element.textContent = t(element.dataset.t);
    for (const element of root.querySelectorAll('[data-t-label]'))
        element.setAttribute('aria-label', t(element.dataset.tLabel));
}

export const number = (value, digits = 0) =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A probability in per cent. One that is not certain is never rounded to 100. */
export function percent(probability) {
    if (probability > 0.9995)
        return `> ${number(99.9, 1)}\u00a0%`;
    return `${number(100 * probability, 1)}\u00a0%`;
}

/** A signed value, with a true minus. */
export const signed = (value, digits = 2) => number(value, digits).replace('-', '−');
