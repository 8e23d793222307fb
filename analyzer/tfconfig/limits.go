package tfconfig

// Limits bound what is read and evaluated.
type Limits struct {
	FileSize int64 // of one file, in bytes
	Size     int64 // of all files together
	Files    int   // over all modules
	Modules  int   // module calls, counting a module for each of its callers
	Depth    int   // of module calls

	Instances  int // of resources and modules
	Evaluation int // how far one thing refers to the next
	Value      int // how many values there may be in one
	Work       int // references, elements and calls that are evaluated
	Expression int // the same for a single expression
}

// DefaultLimits are far above what people write.
func DefaultLimits() Limits {
	return Limits{
		FileSize: 2 << 20, Size: 64 << 20, Files: 20_000, Modules: 5_000, Depth: 50,
		Instances: 20_000, Evaluation: 2_000, Value: 1 << 17, Work: 1_000_000, Expression: 100_000,
	}
}
