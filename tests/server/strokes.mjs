// Handwritten digits as strokes: points with x to the right and y down, from 0 to 1, joined by smooth curves.
export const DIGITS = [
    [[[.55, .2], [.4, .24], [.32, .42], [.33, .62], [.42, .78], [.55, .79], [.66, .66], [.68, .45], [.63, .27],
      [.52, .2]]],
    [[[.46, .26], [.54, .18], [.53, .4], [.52, .6], [.51, .82]]],
    [[[.34, .32], [.4, .22], [.53, .19], [.63, .28], [.6, .42], [.48, .58], [.34, .76], [.45, .77], [.58, .77],
      [.7, .76]]],
    [[[.35, .24], [.48, .19], [.61, .26], [.58, .39], [.45, .46], [.6, .5], [.66, .63], [.58, .76], [.44, .79],
      [.33, .72]]],
    [[[.4, .2], [.34, .36], [.31, .5], [.45, .52], [.67, .51]], [[.61, .22], [.59, .45], [.57, .65], [.56, .82]]],
    [[[.4, .22], [.38, .35], [.36, .47], [.5, .44], [.63, .52], [.65, .66], [.55, .78], [.43, .79], [.33, .73]],
     [[.4, .22], [.52, .21], [.66, .2]]],
    [[[.58, .18], [.46, .3], [.37, .48], [.35, .66], [.43, .79], [.57, .79], [.65, .67], [.6, .56], [.48, .56],
      [.37, .66]]],
    [[[.32, .25], [.42, .23], [.55, .23], [.68, .23], [.6, .4], [.52, .6], [.46, .82]]],
    [[[.62, .28], [.5, .2], [.38, .28], [.42, .41], [.52, .5], [.63, .62], [.59, .76], [.47, .8], [.37, .72],
      [.41, .58],
      [.52, .48], [.62, .38], [.62, .28]]],
    [[[.64, .3], [.54, .2], [.4, .24], [.35, .38], [.43, .49], [.56, .45], [.64, .31], [.63, .5], [.6, .66],
      [.56, .82]]],
];

// Not a digit: a zigzag over the whole pad, and a star.
export const SCRIBBLE = [
    [[.1, .5], [.3, .1], [.35, .9], [.5, .1], [.55, .9], [.7, .1], [.75, .9], [.9, .5], [.1, .45]],
    [[.1, .1], [.9, .9]], [[.9, .1], [.1, .9]],
];

// smooth(POINTS, STEPS): points on a Catmull-Rom spline, STEPS for each segment.
export function smooth(points, steps = 6) {
    const at = (i) => points[Math.max(0, Math.min(points.length - 1, i))];
    const line = [points[0]];
    for (let i = 0; i + 1 < points.length; i++)
        for (let step = 1; step <= steps; step++)
            line.push([0, 1].map((axis) => spline(at(i - 1)[axis], at(i)[axis], at(i + 1)[axis], at(i + 2)[axis],
                                                   step / steps)));
    return line;
}

function spline(a, b, c, d, t) {
    return b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

// placed(STROKES, {x, y, width, height}): the strokes scaled into a part of the pad.
export function placed(strokes, { x, y, width, height }) {
    return strokes.map((stroke) => stroke.map(([u, v]) => [x + u * width, y + v * height]));
}
