/* Creates and finds elements. */

const SVG = 'http://www.w3.org/2000/svg';

export const byId = (id) => document.getElementById(id);

/** An HTML element with attributes (null and false are left out) and children, elements or text. */
export const make = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element, likewise. */
export const makeSvg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export function makeCanvas(width, height, attributes) {
    return make('canvas', { width, height, 'aria-hidden': 'true', ...attributes });
}

function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes ?? {}))
        if (value !== null && value !== undefined && value !== false)
            element.setAttribute(name, value === true ? '' : value);
    element.append(...children);
    return element;
}

/** Decodes base64 to bytes. */
export const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
