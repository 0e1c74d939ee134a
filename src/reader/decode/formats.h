/* The picture formats that this build reads, for messages and help texts. PDF is the program's, not the library's. */
#ifndef LENET5_READER_FORMATS_H
#define LENET5_READER_FORMATS_H

#ifdef LENET5_HEIF
#define LENET5_PICTURE_FORMATS "PNG, JPEG, TIFF, BMP, PNM, WebP, HEIC and AVIF"
#else
#define LENET5_PICTURE_FORMATS "PNG, JPEG, TIFF, BMP, PNM and WebP"
#endif

#endif
