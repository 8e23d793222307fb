package tf

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// Reason is why a file or folder cannot be read, in a person's words and
// without its name, which the message around it has. The calls to the system
// that failed mean nothing to people.
func Reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "permission is denied"
	case errors.Is(err, fs.ErrNotExist):
		return "it does not exist, or is a link to something that does not"
	}
	for {
		var path *fs.PathError
		var call *os.SyscallError
		var link *os.LinkError
		switch {
		case errors.As(err, &path):
			err = path.Err
		case errors.As(err, &link):
			err = link.Err
		case errors.As(err, &call):
			err = call.Err
		case strings.Contains(err.Error(), "escapes from parent"):
			return "it is a link that leads out of the repository"
		default:
			return err.Error()
		}
	}
}
