# The face of the build; CMakeLists.txt does the work. `make help` lists the targets.

preset = release
prefix = /usr/local
program = build/$(preset)/lenet5
# Installs missing packages. `make setup=: …` installs nothing.
setup = scripts/setup
export prefix setup

.DEFAULT_GOAL = build
.PHONY: build all demo test test-long fuzz-long coverage model bench install uninstall format check hooks help setup \
    setup-tests configure python

# The program and the libraries.
build: setup configure
	@cmake --build --preset $(preset)

# And everything that the tests run.
all: setup configure
	@cmake --build --preset $(preset) --target all tests

setup:
	@$(setup)

setup-tests: setup
	@$(setup) tests

configure: setup
	@test -f build/$(preset)/build.ninja || cmake --preset $(preset) >/dev/null

demo: setup configure
	@cmake --build --preset $(preset) --target lenet5
	@scripts/demo $(program)

# Everything short and medium. A test whose data or tools are missing is skipped; the reasons are printed at the end.
test: setup-tests
	@cmake --preset $(preset) >/dev/null
	@cmake --build --preset $(preset) --target all tests
	@scripts/test build/$(preset)

# The Python package and its tests. -DLENET5_PYTHON=ON stays set in the build folder.
python = /usr/bin/python3
python: setup
	@$(setup) python
	@cmake --preset $(preset) -DLENET5_PYTHON=ON -DPython_EXECUTABLE=$(python) >/dev/null
	@cmake --build --preset $(preset) --target lenet5 lenet5_python
	@scripts/test build/$(preset) python

# Every test, also those that take many minutes.
test-long: setup-tests
	@cmake --preset $(preset) >/dev/null
	@cmake --build --preset $(preset) --target all tests
	@long=yes scripts/test build/$(preset)

# Every target of fuzz/ with the sanitizers; what it finds is in build/fuzz/found.
minutes = 60
fuzz-long:
	@$(setup) fuzz
	@scripts/fuzz --long $(minutes)

# The lines that the tests run, by folder.
coverage:
	@$(MAKE) --no-print-directory preset=coverage setup-tests all
	@scripts/coverage build/coverage

# Trains the built-in models anew: the same bytes on the same instruction set. A committee teaches each of the first two,
# which then learn other people's digits, and the one for strings whole strings. An unfinished training is continued.
data = "$${LENET5_DATA:-$${XDG_DATA_HOME:-$$HOME/.local/share}/lenet5/mnist}"
unfinished = $(wildcard $(1:.safetensors=.members)/* $(1:.safetensors=.checkpoint.safetensors))
out = --out $(1) $(if $(unfinished),--resume,$(2))
train = $(program) train --data $(data) --recipe
model: build
	@$(train) best --committee 4 --seed 11 --epochs 250 $(call out,build/teacher.safetensors)
	@$(train) best --teacher build/teacher.safetensors --seed 1 $(call out,build/best.safetensors)
	@$(train) hands --teacher build/teacher.safetensors --seed 1 \
		$(call out,models/lenet5.safetensors,--from build/best.safetensors)
	@$(train) read --committee 4 --seed 11 --epochs 150 $(call out,build/teacher-strings.safetensors)
	@$(train) read --epochs 250 --teacher build/teacher-strings.safetensors --seed 1 $(call out,build/read.safetensors)
	@$(train) amounts --teacher build/teacher-strings.safetensors --seed 1 \
		$(call out,build/amounts.safetensors,--from build/read.safetensors)
	@$(train) strings --teacher build/teacher-strings.safetensors --seed 1 \
		$(call out,models/strings.safetensors,--from build/amounts.safetensors)
	@bench/draw_signs.py --data $(data) --out build/signs-set
	@$(program) train --recipe read --seed 1 --epochs 30 $(call out,models/signs.safetensors) --data build/signs-set

bench: build
	@scripts/bench $(program)

# DESTDIR reaches cmake by the environment. The linker's cache is renewed if root installs for this system.
install: build
	@cmake --preset $(preset) "-DCMAKE_INSTALL_PREFIX=$$prefix" >/dev/null
	@cmake --build --preset $(preset)
	@cmake --install build/$(preset)
	@if [ -z "$$DESTDIR" ] && [ "$$(id -u)" = 0 ] && command -v ldconfig >/dev/null; then ldconfig; fi

uninstall:
	@cmake "-DBUILD=$(CURDIR)/build/$(preset)" "-DPREFIX=$$prefix" -P cmake/uninstall.cmake

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

check: configure
	@$(setup) check
	@git ls-files '*.c' '*.h' | xargs clang-format --dry-run --Werror
	@scripts/cppcheck build/$(preset)

# Formats and tests before each commit of this clone.
hooks:
	@$(setup) check
	@git config core.hooksPath scripts/hooks
	@echo 'scripts/hooks/pre-commit runs before each commit; git commit --no-verify leaves it out'

help:
	@echo 'make            install missing packages; build build/release/lenet5 and the libraries'
	@echo 'make demo       build the program; train, test and read digits (under a minute)'
	@echo 'make test       build and run the short and medium tests (MNIST too, if LENET5_DATA names its folder)'
	@echo 'make test-long  those and the long ones'
	@echo 'make python     build and test the Python package'
	@echo 'make all        build everything, tests too, and run nothing'
	@echo 'make coverage   the lines that the tests run, by folder (gcov)'
	@echo 'make fuzz-long  fuzz every target for minutes=60 in all, with sanitizers (needs clang)'
	@echo 'make model      train the built-in models anew (needs MNIST; an hour or two)'
	@echo 'make bench      measure how fast this machine trains and reads'
	@echo 'make install    install into prefix=/usr/local (honours DESTDIR)'
	@echo 'make uninstall  remove what make install has put into prefix'
	@echo 'make check      clang-format and cppcheck'
	@echo 'make hooks      run clang-format and the short tests before each commit'
	@echo 'preset=debug, asan, tsan or coverage with any of them builds that variant; setup=: installs no packages'
