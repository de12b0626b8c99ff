package world

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
)

// functionIn finds a function in a library.
func functionIn(f *elf.File, name string) (at, size uint64, err error) {
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return 0, 0, fmt.Errorf("read a library's functions: %w", err)
	}
	for _, s := range symbols {
		if s.Name == name && s.Section != elf.SHN_UNDEF {
			return s.Value, s.Size, nil
		}
	}
	return 0, 0, fmt.Errorf("the library has no function %s", name)
}

// inMemory calls f with a process's memory.
func inMemory(pid int, f func(mem *os.File) error) error {
	mem, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f(mem), mem.Close())
}

// putCode writes code over a function of so many bytes, in a process's own copy of it.
func putCode(pid int, at int64, room uint64, code []byte) error {
	if room < uint64(len(code)) {
		return fmt.Errorf("the function has %d bytes, %d are needed", room, len(code))
	}
	return inMemory(pid, func(mem *os.File) error {
		_, err := mem.WriteAt(code, at)
		return err
	})
}
