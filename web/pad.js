/* The pad: strokes by mouse, pen, finger or keyboard, with undo. Positions and widths are in units of its format. */

const INK = '#16181b';
const PAPER = '#ffffff';
const STEP = 8; /* units that an arrow key moves the pen */

/* Formats: the size in units, and the resolution of the copy for the server in pixels per unit. */
export const formats = {
    digit: { width: 280, height: 280, copyScale: 0.4, penScale: 1 },
    number: { width: 840, height: 240, copyScale: 1, penScale: 0.6 },
    narrowNumber: { width: 560, height: 240, copyScale: 1, penScale: 0.6 },
};

/* A pen reports its pressure; a mouse and a finger do not. */
const pointOf = (event, x, y) => ({ x, y, press: event.pointerType === 'pen' ? 0.4 + 1.2 * event.pressure : 1 });

/* Draws the points of a stroke from number first on. */
function drawStroke(context, stroke, first) {
    context.strokeStyle = INK;
    context.lineCap = 'round';
    for (let i = first; i < stroke.points.length; i++) {
        const to = stroke.points[i];
        const from = stroke.points[i - 1] ?? to;
        context.lineWidth = stroke.width * to.press;
        context.beginPath();
        context.moveTo(from.x, from.y);
        context.lineTo(to.x, to.y);
        context.stroke();
    }
}

/* A picture, or the name of its file where the browser cannot show it. */
function drawPicture(context, { picture, file }, format) {
    if (!picture) {
        context.fillStyle = INK;
        context.font = '16px sans-serif';
        context.fillText(file.name, 16, format.height / 2, format.width - 32);
        return;
    }
    const scale = Math.min(format.width / picture.width, format.height / picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    context.drawImage(picture, (format.width - width) / 2, (format.height - height) / 2, width, height);
}

export class Pad {
    #canvas;
    #cursor;
    #copy = document.createElement('canvas');
    #format = formats.digit;
    #marks = []; /* strokes and pictures; a mark with fresh set starts on blank paper */
    #stroke = null; /* the stroke being drawn */
    #pointer = null;
    #pen = { x: 0, y: 0, down: false }; /* the keyboard's pen */

    /** Called after every change of the contents. */
    onChange = () => {};

    /** Called with true or false when a key puts the pen down or lifts it. */
    onPen = () => {};

    /** The width of new strokes, in units of the digit format. */
    penWidth = 20;

    constructor(canvas, cursor) {
        this.#canvas = canvas;
        this.#cursor = cursor;
        canvas.addEventListener('pointerdown', (event) => this.#begin(event));
        canvas.addEventListener('pointermove', (event) => this.#move(event));
        canvas.addEventListener('pointerup', (event) => this.#end(event));
        canvas.addEventListener('pointercancel', (event) => this.#end(event));
        canvas.addEventListener('keydown', (event) => this.#key(event));
        canvas.addEventListener('blur', () => this.#lift());
        new ResizeObserver(() => this.#fit()).observe(canvas);
    }

    /** Sets a format by its name and clears the pad. */
    setFormat(name) {
        this.#format = formats[name];
        this.#marks = [];
        this.#copy.width = this.#format.width * this.#format.copyScale;
        this.#copy.height = this.#format.height * this.#format.copyScale;
        this.#pen = { x: this.#format.width / 2, y: this.#format.height / 2, down: false };
        this.#placeCursor();
        this.#fit();
        this.onChange();
    }

    get blank() {
        const last = this.#marks.at(-1);
        return !last || (!last.file && last.points.length === 0);
    }

    /** The file of the picture on the pad; null without a picture or after drawing on it. */
    get file() {
        return this.#marks.at(-1)?.file ?? null;
    }

    /** The picture of that file; null if the browser cannot decode it. */
    get picture() {
        return this.#marks.at(-1)?.picture ?? null;
    }

    /** Whether a stroke is being drawn. */
    get drawing() {
        return this.#stroke !== null;
    }

    undo() {
        this.#lift();
        this.#marks.pop();
        this.#changed();
    }

    /** Clears the pad; undo restores it. */
    clear() {
        this.#lift();
        if (!this.blank)
            this.#marks.push({ fresh: true, points: [] });
        this.#changed();
    }

    /** Puts a picture on the pad, with its file; null for a picture that the browser cannot decode. */
    lay(picture, file) {
        this.#lift();
        this.#marks.push({ fresh: true, picture, file });
        this.#changed();
    }

    /** The pad as a small grey copy, 255 paper and 0 full ink: {width, pixels}. */
    grey() {
        const { width, height } = this.#copy;
        const { data } = this.#copyContext().getImageData(0, 0, width, height);
        return { width, pixels: Uint8Array.from({ length: width * height }, (_, i) => data[4 * i]) };
    }

    /** The pad as a PNG file. */
    png() {
        return new Promise((resolve) => { this.#copy.toBlob(resolve, 'image/png'); });
    }

    /* ---- Painting ---- */

    #copyContext() {
        return this.#copy.getContext('2d', { willReadFrequently: true });
    }

    /* The contexts of the screen and of the copy, scaled to units. */
    #contexts() {
        const screen = this.#canvas.getContext('2d');
        const copy = this.#copyContext();
        const screenScale = this.#canvas.width / this.#format.width;
        screen.setTransform(screenScale, 0, 0, screenScale, 0, 0);
        copy.setTransform(this.#format.copyScale, 0, 0, this.#format.copyScale, 0, 0);
        return [screen, copy];
    }

    /* Sets the resolution to that of the screen. */
    #fit() {
        const width = Math.max(1, Math.round(this.#canvas.clientWidth * window.devicePixelRatio));
        this.#canvas.width = width;
        this.#canvas.height = Math.round(width * this.#format.height / this.#format.width);
        this.#paint();
    }

    #paint() {
        const first = Math.max(0, this.#marks.findLastIndex((mark) => mark.fresh));
        for (const context of this.#contexts()) {
            this.#clean(context);
            for (const mark of this.#marks.slice(first))
                if (mark.file)
                    drawPicture(context, mark, this.#format);
                else
                    drawStroke(context, mark, 0);
        }
    }

    /* The screen has the paper colour of the style sheet, the copy is white. */
    #clean(context) {
        const { width, height } = this.#format;
        context.clearRect(0, 0, width, height);
        if (context.canvas === this.#copy) {
            context.fillStyle = PAPER;
            context.fillRect(0, 0, width, height);
        }
    }

    #changed() {
        this.#paint();
        this.onChange();
    }

    /* ---- Strokes ---- */

    /* A stroke on a picture starts on blank paper. */
    #start(point) {
        const fresh = this.file !== null;
        this.#stroke = { fresh, width: this.penWidth * this.#format.penScale, points: [] };
        this.#marks.push(this.#stroke);
        if (fresh)
            this.#paint();
        this.#extend([point]);
    }

    #extend(points) {
        const first = this.#stroke.points.length;
        this.#stroke.points.push(...points);
        this.#contexts().forEach((context) => drawStroke(context, this.#stroke, first));
        this.onChange();
    }

    #lift() {
        if (this.#pen.down)
            this.onPen(false);
        this.#pen.down = false;
        this.#pointer = null;
        this.#stroke = null;
        this.#cursor.classList.remove('down');
    }

    /* ---- Mouse, pen and finger ---- */

    #place(event) {
        const frame = this.#canvas.getBoundingClientRect();
        const scale = this.#format.width / frame.width;
        return pointOf(event, (event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale);
    }

    #begin(event) {
        if (event.button !== 0 || this.#pointer !== null)
            return;
        event.preventDefault();
        this.#lift();
        this.#canvas.setPointerCapture(event.pointerId);
        this.#start(this.#place(event));
        this.#pointer = event.pointerId;
    }

    #move(event) {
        if (event.pointerId !== this.#pointer)
            return;
        const events = event.getCoalescedEvents?.() ?? [];
        this.#extend((events.length > 0 ? events : [event]).map((each) => this.#place(each)));
    }

    #end(event) {
        if (event.pointerId === this.#pointer)
            this.#lift();
    }

    /* ---- The keyboard: arrows move the pen, Space puts it down and lifts it ---- */

    #key(event) {
        const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
        if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in moves || event.key === ' '))
            return;
        event.preventDefault();
        if (event.key === ' ')
            this.#togglePen();
        else
            this.#movePen(...moves[event.key], event.shiftKey ? STEP / 4 : STEP);
    }

    #togglePen() {
        if (this.#pen.down) {
            this.#lift();
            return;
        }
        this.#pen.down = true;
        this.#cursor.classList.add('down');
        this.#start({ ...this.#pen, press: 1 });
        this.onPen(true);
    }

    #movePen(right, down, step) {
        const within = (value, most) => Math.max(0, Math.min(most, value));
        this.#pen.x = within(this.#pen.x + right * step, this.#format.width);
        this.#pen.y = within(this.#pen.y + down * step, this.#format.height);
        this.#placeCursor();
        if (this.#pen.down)
            this.#extend([{ ...this.#pen, press: 1 }]);
    }

    #placeCursor() {
        this.#cursor.style.left = `${100 * this.#pen.x / this.#format.width}%`;
        this.#cursor.style.top = `${100 * this.#pen.y / this.#format.height}%`;
    }
}
