# The face of the build; CMakeLists.txt does the work. `make help` lists what there is.

preset = release
prefix = /usr/local
program = build/$(preset)/lenet5

.PHONY: all demo test test-long fuzz-long model bench install format check help setup setup-tests
all: setup
	@test -f build/$(preset)/build.ninja || cmake --preset $(preset) >/dev/null
	@cmake --build --preset $(preset)

setup:
	@scripts/setup

setup-tests:
	@scripts/setup tests

demo: all
	@scripts/demo $(program)

# Everything short and medium. The sets that are not on this machine are skipped, and said to be.
test: setup-tests all
	@cd build/$(preset) && ctest --output-on-failure -LE long -j"$$(nproc)"

# Every test, those that take many minutes too.
test-long: setup-tests all
	@cd build/$(preset) && ctest --output-on-failure

# Every target of fuzz/ with the sanitizers; what it finds is in build/fuzz/found.
minutes = 60
fuzz-long:
	@scripts/setup fuzz
	@scripts/fuzz --long $(minutes)

# The built-in models, trained anew: the same bytes on the same instruction set. Each after the committee that teaches it.
# An unfinished training is continued.
data = "$${LENET5_DATA:-$${XDG_DATA_HOME:-$$HOME/.local/share}/lenet5/mnist}"
out = --out $(1) $(if $(wildcard $(1:.safetensors=.members)/* $(1:.safetensors=.checkpoint.safetensors)),--resume)
model: all
	@$(program) train --recipe best --committee 4 --seed 11 --epochs 250 $(call out,build/teacher.safetensors) --data $(data)
	@$(program) train --recipe best --teacher build/teacher.safetensors --seed 1 $(call out,models/lenet5.safetensors) \
	    --data $(data)
	@$(program) train --recipe read --committee 4 --seed 11 --epochs 150 $(call out,build/teacher-strings.safetensors) \
	    --data $(data)
	@$(program) train --recipe read --teacher build/teacher-strings.safetensors --seed 1 $(call out,models/strings.safetensors) \
	    --data $(data)
	@bench/draw_signs.py --data $(data) --out build/signs-set
	@$(program) train --recipe read --seed 1 --epochs 30 $(call out,models/signs.safetensors) --data build/signs-set

bench: all
	@scripts/bench $(program)

install: all
	@cmake --preset $(preset) -DCMAKE_INSTALL_PREFIX=$(prefix) >/dev/null
	@cmake --build --preset $(preset)
	@DESTDIR=$(DESTDIR) cmake --install build/$(preset)

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

check:
	@git ls-files '*.c' '*.h' | xargs clang-format --dry-run --Werror
	@scripts/cppcheck build/$(preset)

help:
	@echo 'make            set up, build build/release/lenet5 and the libraries'
	@echo 'make demo       see it work: train, test, read digits (under a minute)'
	@echo 'make test       the tests, short and medium (MNIST too, where LENET5_DATA names its folder)'
	@echo 'make test-long  those, and the long ones'
	@echo 'make fuzz-long  fuzz every target for minutes=60 in all, with sanitizers (needs clang)'
	@echo 'make model      train the built-in models anew (needs MNIST; some forty minutes)'
	@echo 'make bench      how fast this machine trains and reads'
	@echo 'make install    into prefix=/usr/local (DESTDIR is honoured)'
	@echo 'make check      clang-format and cppcheck'
	@echo 'preset=debug, asan or tsan with any of them builds that variant'
