/* The colours of maps and kernels. Paints numbers with them, one pixel each. */

const STEPS = 255;
const BOOST = 0.7; /* exponent of the colour scale; 1 is linear */

const palettes = {};

/* A colour of the style sheet as [red, green, blue]. */
function resolve(name) {
    const probe = document.createElement('span');
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
    probe.remove();
    return colour;
}

/* STEPS colours from below zero through neutral to above, with more contrast near zero. */
function divergingRamp(negative, neutral, positive) {
    return Array.from({ length: STEPS }, (_, i) => {
        const value = 2 * i / (STEPS - 1) - 1;
        return mix(neutral, value < 0 ? negative : positive, Math.abs(value) ** BOOST);
    });
}

const mix = (from, to, share) => from.map((channel, k) => channel + share * (to[k] - channel));

/* STEPS colours from one to another. */
function ramp(from, to) {
    return Array.from({ length: STEPS }, (_, i) => mix(from, to, i / (STEPS - 1)));
}

/** Takes the colours from the style sheet, again after a change of theme. */
export function refreshColours() {
    const neutral = resolve('--map-neutral');
    palettes.diverging = divergingRamp(resolve('--map-negative'), neutral, resolve('--map-positive'));
    palettes.ink = ramp(neutral, resolve('--text'));
    palettes.amount = ramp(neutral, resolve('--map-positive'));
}

/** Colour scales: state for units, input for the picture, amount(max) for values from 0. */
export const scales = {
    state: { palette: 'diverging', low: -1.7159, high: 1.7159 },
    input: { palette: 'ink', low: -0.1, high: 1.175 },
    byte: { palette: 'ink', low: 0, high: 255 },
    kernel: (most) => ({ palette: 'diverging', low: -most, high: most }),
    amount: (most) => ({ palette: 'amount', low: 0, high: most }),
};

/** Paints rows of numbers on a canvas of as many pixels. */
export function paint(canvas, rows, scale) {
    const context = canvas.getContext('2d');
    const picture = context.createImageData(canvas.width, canvas.height);
    const palette = palettes[scale.palette];
    const factor = (STEPS - 1) / (scale.high - scale.low);
    let at = 0;
    for (const row of rows)
        for (const value of row) {
            const step = Math.round((value - scale.low) * factor);
            const [red, green, blue] = palette[Math.max(0, Math.min(STEPS - 1, step))];
            picture.data[at++] = red;
            picture.data[at++] = green;
            picture.data[at++] = blue;
            picture.data[at++] = 255;
        }
    context.putImageData(picture, 0, 0);
}

/** Clears a canvas. */
export function wipe(canvas) {
    canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height);
}

/** Splits a list of numbers into rows of a width. */
export function inRows(values, width) {
    return Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));
}
