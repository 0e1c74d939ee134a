/* Picture input: paste, drop, file selection and camera. */

import { byId } from './dom.js';

const MAX_PIXELS = 12e6;
const MAX_BYTES = 24e6;

/** The picture of a file, upright; null if the browser cannot decode it (the server may). */
export const decode = (file) => createImageBitmap(file).catch(() => null);

/** The file itself, or a smaller copy if it is too large to be sent. */
export async function fitting(file, picture) {
    const pixels = picture ? picture.width * picture.height : 0;
    if (!picture || (pixels <= MAX_PIXELS && file.size <= MAX_BYTES))
        return { file, picture };
    const scale = Math.min(1, Math.sqrt(MAX_PIXELS / pixels));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    const copy = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', 0.95); });
    return { file: copy, picture: canvas };
}

const firstFile = (transfer) => Array.from(transfer?.files ?? [])[0];

/** Calls take(file) for every picture from any source; fail() if there is no camera. */
export function startPictures(take, fail) {
    startInputs(take);
    startPasteAndDrop(take);
    startCamera(take, fail);
}

function startInputs(take) {
    for (const input of [byId('file'), byId('capture')])
        input.addEventListener('change', () => {
            if (input.files[0])
                take(input.files[0]);
            input.value = '';
        });
    byId('choose').addEventListener('click', () => byId('file').click());
}

function startPasteAndDrop(take) {
    const over = (is) => document.body.classList.toggle('dropping', is);
    document.addEventListener('paste', (event) => {
        const file = firstFile(event.clipboardData);
        if (file)
            take(file);
    });
    document.addEventListener('dragover', (event) => {
        event.preventDefault();
        over(true);
    });
    document.addEventListener('dragleave', (event) => over(event.relatedTarget !== null));
    document.addEventListener('drop', (event) => {
        event.preventDefault();
        over(false);
        const file = firstFile(event.dataTransfer);
        if (file)
            take(file);
    });
}

/* Opens the camera app on a phone; elsewhere a dialog with the camera's view. */
function startCamera(take, fail) {
    const dialog = byId('camera-dialog');
    const video = byId('camera-view');
    byId('camera').addEventListener('click', async () => {
        if (!navigator.mediaDevices?.getUserMedia || matchMedia('(pointer: coarse)').matches) {
            byId('capture').click();
            return;
        }
        try {
            video.srcObject = await navigator.mediaDevices.getUserMedia({
                video: { facingMode: 'environment', width: { ideal: 1920 } },
            });
            dialog.showModal();
        } catch {
            fail();
        }
    });
    byId('shoot').addEventListener('click', async () => {
        const file = await photograph(video);
        dialog.close();
        take(file);
    });
    byId('camera-close').addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => {
        video.srcObject?.getTracks().forEach((track) => track.stop());
        video.srcObject = null;
    });
}

function photograph(video) {
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext('2d').drawImage(video, 0, 0);
    return new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); });
}
