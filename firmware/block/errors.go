package block

import "errors"

// Why data is not a block.
var (
	errShort   = errors.New("the data ends too early")
	errForm    = errors.New("a column has an unknown form")
	errRange   = errors.New("a number is out of range")
	errIndex   = errors.New("an index points outside its dictionary")
	errText    = errors.New("a text is longer than allowed")
	errSteps   = errors.New("a result has more than 16 steps")
	errSum     = errors.New("the checksum does not match: the data is torn or altered")
	errVersion = errors.New("the version is unknown")
	errCount   = errors.New("the number of results is not within 1 to 4096")
	errSpan    = errors.New("the sequence numbers do not ascend")
	errTrail   = errors.New("bytes follow after the end")
)
