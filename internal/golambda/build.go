// Package golambda compiles a Go main package into a Lambda deployment package
// at synthesis: reproducibly, so that unchanged code gives an unchanged
// template, and at most once, so that the next synthesis compiles nothing.
package golambda

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// library is the module path of this library, whose handlers are built from
// wherever the user's build list has it: module cache, replace or workspace.
const library = "github.com/mediasupplychain/cdk"

// Spec says what to build.
type Spec struct {
	// Dir is the folder in which the go command runs, empty for the current one.
	Dir string

	// Package is a path relative to Dir, such as "./consumer", or an import path.
	Package string

	// Arch is the instruction set in Go's words: "arm64" or "amd64".
	Arch string

	// pinned builds with exactly the module versions of Dir's own go.mod and
	// go.sum, whatever workspace, vendor folder or GOFLAGS the user has.
	pinned bool
}

// Asset is a folder that holds an executable named bootstrap, as the runtime
// provided.al2023 wants it.
type Asset struct {
	// Dir is the absolute path of the folder.
	Dir string

	// Hash identifies the content: the hex SHA-256 of the executable.
	Hash string
}

// BuildError says why a package could not be built, with the words of the go
// command.
type BuildError struct {
	Package string
	Output  string
	Err     error
}

// Error gives the reason and what to do.
func (e *BuildError) Error() string {
	if e.Output == "" {
		return fmt.Sprintf("cannot build %s: %v", e.Package, e.Err)
	}
	return fmt.Sprintf("cannot build %s:\n%s", e.Package, e.Output)
}

// Unwrap gives the failure of the go command.
func (e *BuildError) Unwrap() error { return e.Err }

// Handler describes a Lambda main of this library, for example
// "internal/lambda/webhook".
func Handler(name, arch string) (Spec, error) {
	dir, err := libraryDir()
	if err != nil {
		return Spec{}, err
	}
	return Spec{Dir: dir, Package: "./" + name, Arch: arch, pinned: true}, nil
}

// Build compiles spec, or finds what an earlier synthesis compiled from the
// same files with the same toolchain. The error is a [*BuildError].
func Build(spec Spec) (Asset, error) {
	building.Lock()
	defer building.Unlock()
	if asset, done := built[spec]; done {
		return asset, nil
	}
	asset, err := build(spec)
	if err == nil {
		built[spec] = asset
	}
	return asset, err
}

var (
	building sync.Mutex
	built    = map[Spec]Asset{}
)

func build(spec Spec) (Asset, error) {
	env, err := spec.environment()
	if err != nil {
		return Asset{}, err
	}
	dir, err := cacheDir(spec, env)
	if err != nil {
		return Asset{}, &BuildError{Package: spec.Package, Err: err}
	}
	if asset, ok := cached(dir); ok {
		return asset, nil
	}
	return compile(spec, dir, env)
}

// compile builds into a temporary folder and moves it into place in one step,
// so that synthesis in two processes at once never sees half an executable.
func compile(spec Spec, dir string, env goEnv) (Asset, error) {
	fail := func(err error) (Asset, error) { return Asset{}, &BuildError{Package: spec.Package, Err: err} }
	sources, err := readSources(spec, env)
	if err != nil {
		return Asset{}, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fail(err)
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "building-")
	if err != nil {
		return fail(err)
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	executable := filepath.Join(tmp, assetFolder, "bootstrap")
	if _, err := spec.run("build", append(reproducible(), "-o", executable, spec.Package)...); err != nil {
		return Asset{}, err
	}
	// A main package gives an executable; anything else gives an archive or nothing.
	info, err := os.Stat(executable)
	if err != nil || info.Mode().Perm()&0o100 == 0 {
		return fail(errors.New("it is not a main package: a Lambda handler needs func main"))
	}
	asset, err := seal(tmp, sources)
	if err != nil {
		return fail(err)
	}
	_ = os.RemoveAll(dir)
	if err := os.Rename(tmp, dir); err != nil {
		// Another process was faster; what it built is the same.
		if asset, ok := cached(dir); ok {
			return asset, nil
		}
		return fail(err)
	}
	asset.Dir = filepath.Join(dir, assetFolder)
	return asset, nil
}

// reproducible are the flags that make the executable depend on nothing but
// the sources, the toolchain and the architecture: no paths of this machine,
// no version control state, no build id. The tag leaves out the RPC server of
// the retired go1.x runtime.
func reproducible() []string {
	return []string{"-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w -buildid="}
}

func fileHash(path string) (string, error) {
	content, err := os.ReadFile(path) //nolint:gosec // a path that the go command listed
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}
