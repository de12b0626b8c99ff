package wire

import (
	"fmt"
	"strconv"
	"strings"

	"edgeprobe.io/firmware"
)

// maxNumber is the greatest whole number that every JSON reader keeps exactly (RFC 8259, section 6).
const maxNumber = 1<<53 - 1

// ParseID reads "device/epoch/sequence", exactly as [firmware.ID] writes it.
func ParseID(s string) (firmware.ID, error) {
	parts := strings.Split(s, "/")
	if len(parts) != 3 || firmware.ValidName(parts[0]) != nil {
		return firmware.ID{}, fmt.Errorf("parse id: %.120q is not device/epoch/sequence", s)
	}
	epoch, err1 := strconv.ParseUint(parts[1], 16, 64)
	sequence, err2 := strconv.ParseUint(parts[2], 10, 64)
	id := firmware.ID{Device: parts[0], Epoch: epoch, Sequence: sequence}
	if err1 != nil || err2 != nil || id.String() != s {
		return firmware.ID{}, fmt.Errorf("parse id: %.120q is not device/epoch/sequence", s)
	}
	return id, nil
}

// checkOrder checks the pair that a device's messages are ordered by.
func checkOrder(epoch, sequence uint64) error {
	if epoch == 0 || epoch > maxNumber || sequence > maxNumber {
		return fmt.Errorf("epoch %d or sequence %d is outside 1..2^53-1", epoch, sequence)
	}
	return nil
}
