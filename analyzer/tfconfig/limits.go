package tfconfig

// Limits bound what is read.
type Limits struct {
	FileSize int64 // of one file, in bytes
	Size     int64 // of all files together
	Files    int   // over all modules
	Modules  int   // module calls, counting a module for each of its callers
	Depth    int   // of module calls
}

// DefaultLimits are far above what people write.
func DefaultLimits() Limits {
	return Limits{FileSize: 2 << 20, Size: 64 << 20, Files: 20_000, Modules: 5_000, Depth: 50}
}
