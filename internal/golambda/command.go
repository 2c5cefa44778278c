package golambda

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
)

// errNoGo is returned where the go command is not installed.
var errNoGo = errors.New("the go command is not on PATH: install Go from https://go.dev/dl, or pass a prebuilt asset")

// run runs the go command for spec and gives what it printed.
func (s Spec) run(verb string, args ...string) ([]byte, error) {
	if s.pinned && verb != "env" {
		args = append([]string{"-mod=readonly"}, args...)
	}
	command := exec.Command("go", append([]string{verb}, args...)...) //nolint:noctx // synthesis has no context
	command.Dir = s.Dir
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+s.Arch, "CGO_ENABLED=0")
	if s.pinned {
		command.Env = append(command.Env, "GOWORK=off")
	}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			err = errNoGo
		}
		return nil, &BuildError{Package: s.Package, Output: strings.TrimSpace(stderr.String()), Err: err}
	}
	return stdout.Bytes(), nil
}

// goEnv is the part of the go command's environment that decides what it builds.
type goEnv struct {
	GOVERSION, GOFLAGS, GOEXPERIMENT, GOMOD, GOWORK, GOMODCACHE, GOAMD64, GOARM64 string
}

func (s Spec) environment() (goEnv, error) {
	var env goEnv
	text, err := s.run("env", "-json", "GOVERSION", "GOFLAGS", "GOEXPERIMENT", "GOMOD", "GOWORK", "GOMODCACHE", "GOAMD64", "GOARM64")
	if err == nil {
		err = json.Unmarshal(text, &env)
	}
	return env, err
}

// libraryDir asks the go command where the user's build has this library. It
// is the module cache for most, a folder with replace or in a workspace.
var libraryDir = sync.OnceValues(func() (string, error) {
	found, err := Spec{Package: library}.run("list", "-m", "-f", "{{.Dir}}", library)
	if err != nil {
		return "", err
	}
	dir := strings.TrimSpace(string(found))
	if dir == "" {
		return "", &BuildError{Package: library, Err: fmt.Errorf(
			"the sources of module %s are not on this machine (is it vendored?): run \"go mod download %s\", or pass a prebuilt asset", library, library)}
	}
	return dir, nil
})
