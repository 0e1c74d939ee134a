# Installs the program, the libraries, their headers, and the files for CMake and pkg-config.
include(CMakePackageConfigHelpers)
set(installed lenet5_shared lenet5_static)
if(LENET5_PROGRAM)
    list(APPEND installed lenet5_reader_shared lenet5_reader_static)
    install(TARGETS lenet5 RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(TARGETS ${installed} EXPORT lenet5-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES include/lenet5.h include/lenet5_reader.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/lenet5 DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT lenet5-targets NAMESPACE lenet5:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lenet5)
configure_package_config_file(cmake/lenet5-config.cmake.in lenet5-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lenet5)
write_basic_package_version_file(lenet5-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lenet5-config.cmake ${PROJECT_BINARY_DIR}/lenet5-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lenet5)

set(LENET5_HEIF_MODULE "") # as lenet5_reader.pc.in names it
if(HEIF_FOUND)
    set(LENET5_HEIF_MODULE libheif)
endif()
configure_file(cmake/lenet5.pc.in lenet5.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/lenet5.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
if(LENET5_PROGRAM)
    configure_file(cmake/lenet5_reader.pc.in lenet5_reader.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/lenet5_reader.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
