# Third-party libraries, each with the parts that use it.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)

if(LENET5_READER)
    pkg_check_modules(LEPTONICA REQUIRED IMPORTED_TARGET lept) # src/reader/decode
    pkg_check_modules(EXIF REQUIRED IMPORTED_TARGET libexif)   # src/reader/decode
    pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)     # src/reader/decode, cli
    pkg_check_modules(HEIF IMPORTED_TARGET libheif>=1.15)      # src/reader/decode; without it, HEIC and AVIF are refused
endif()
if(LENET5_PROGRAM)
    pkg_check_modules(ARCHIVE IMPORTED_TARGET libarchive>=3.3) # cli, read --tar; without it, the option is refused
    pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo cairo-svg cairo-png) # cli, drawings
    pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.85)              # cli, fetch
endif()
if(LENET5_PROGRAM AND LENET5_MPI)
    pkg_check_modules(OPENMPI IMPORTED_TARGET ompi-c) # cli/ranks, as is the other one; both may be there
    pkg_check_modules(MPICH IMPORTED_TARGET mpich)
endif()
if(LENET5_PROGRAM AND LENET5_SERVE)
    pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd>=0.9.75) # src/serve
    pkg_check_modules(GNUTLS REQUIRED IMPORTED_TARGET gnutls>=3.6.3)             # src/serve
endif()
