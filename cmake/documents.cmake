# Installs the documentation, manual pages, completions, the systemd unit, and what clusters and proxies start it by.
install(FILES LICENSE README.md README.ko.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})

if(TARGET man)
    set(LENET5_ZSH_FOLDER ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE STRING "where zsh looks for completions")
    foreach(section 1 3 5)
        install(DIRECTORY ${PROJECT_BINARY_DIR}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section}
                FILES_MATCHING PATTERN "*.${section}")
    endforeach()
    set(completions ${PROJECT_BINARY_DIR}/completions)
    install(FILES ${completions}/lenet5 DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
    install(FILES ${completions}/_lenet5 DESTINATION ${LENET5_ZSH_FOLDER})
    install(FILES ${completions}/lenet5.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

if(LENET5_PROGRAM)
    install(DIRECTORY scripts/slurm packaging/kubernetes DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()
if(LENET5_PROGRAM AND LENET5_SERVE)
    install(FILES packaging/haproxy.cfg DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()

# systemd searches only these two prefixes for units.
if(LENET5_PROGRAM AND LENET5_SERVE AND CMAKE_INSTALL_PREFIX MATCHES "^/usr(/local)?$")
    file(READ packaging/lenet5.service unit)
    string(REPLACE "/usr/local/bin/" "${CMAKE_INSTALL_FULL_BINDIR}/" unit "${unit}")
    file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/lenet5.service CONTENT "${unit}")
    install(FILES ${PROJECT_BINARY_DIR}/lenet5.service DESTINATION lib/systemd/system)
endif()
