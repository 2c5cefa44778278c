package golambda

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A folder of the cache holds the executable in a folder of its own, which is
// the asset, and beside it the manifest of what it was built from.
const (
	assetFolder  = "asset"
	manifestFile = "manifest.json"
)

// manifest is what an executable was built from: the hash of each file of the
// user's and the names in each folder, so that a changed, new or removed file
// is seen without asking the go command. Packages of the standard library and
// of the module cache never change: go.sum and the Go version pin them.
type manifest struct {
	Hash    string
	Files   map[string]string
	Folders map[string]string
}

// cacheRoot is the user's cache folder, or the temporary one where there is
// none, as in a container without HOME.
func cacheRoot() string {
	root, err := os.UserCacheDir()
	if err != nil {
		root = os.TempDir()
	}
	return filepath.Join(root, "mediasupplychain-cdk")
}

// cacheDir gives the folder for one spec and toolchain.
func cacheDir(spec Spec, env goEnv) (string, error) {
	where, err := filepath.Abs(spec.Dir)
	if err != nil {
		return "", err
	}
	key := sha256.New()
	fmt.Fprintf(key, "%q %q %q %t %q %q", where, spec.Package, spec.Arch, spec.pinned, reproducible(), env)
	return filepath.Join(cacheRoot(), hex.EncodeToString(key.Sum(nil))[:32]), nil
}

// cached gives the asset in dir if everything it was built from is as it was.
func cached(dir string) (Asset, bool) {
	text, err := os.ReadFile(filepath.Join(dir, manifestFile)) //nolint:gosec // our own cache
	if err != nil {
		return Asset{}, false
	}
	var was manifest
	if json.Unmarshal(text, &was) != nil || !was.current() {
		return Asset{}, false
	}
	asset := Asset{Dir: filepath.Join(dir, assetFolder), Hash: was.Hash}
	if _, err := os.Stat(filepath.Join(asset.Dir, "bootstrap")); err != nil {
		return Asset{}, false
	}
	return asset, true
}

func (m *manifest) current() bool {
	for folder, was := range m.Folders {
		if now, err := listing(folder); err != nil || now != was {
			return false
		}
	}
	for file, was := range m.Files {
		if now, err := fileHash(file); err != nil || now != was {
			return false
		}
	}
	return true
}

// seal writes the manifest into a folder whose executable is built.
func seal(dir string, sources *manifest) (Asset, error) {
	hash, err := fileHash(filepath.Join(dir, assetFolder, "bootstrap"))
	if err != nil {
		return Asset{}, err
	}
	sources.Hash = hash
	text, err := json.Marshal(sources)
	if err != nil {
		return Asset{}, err
	}
	return Asset{Hash: hash}, os.WriteFile(filepath.Join(dir, manifestFile), text, 0o600)
}

// listed is the part of the go command's package description that is used.
type listed struct {
	Dir                                            string
	Standard                                       bool
	GoFiles, SFiles, HFiles, SysoFiles, EmbedFiles []string
}

// readSources asks the go command once, before a compilation, which files the
// executable is made of.
func readSources(spec Spec, env goEnv) (*manifest, error) {
	out, err := spec.run("list", "-deps", "-tags", "lambda.norpc",
		"-json=Dir,Standard,GoFiles,SFiles,HFiles,SysoFiles,EmbedFiles", spec.Package)
	if err != nil {
		return nil, err
	}
	var files []string
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var one listed
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, &BuildError{Package: spec.Package, Err: err}
		}
		if one.Standard || strings.HasPrefix(one.Dir, env.GOMODCACHE+string(filepath.Separator)) {
			continue
		}
		for _, name := range slices.Concat(one.GoFiles, one.SFiles, one.HFiles, one.SysoFiles, one.EmbedFiles) {
			files = append(files, filepath.Join(one.Dir, name))
		}
	}
	sources, err := record(files, moduleFiles(env))
	if err != nil {
		return nil, &BuildError{Package: spec.Package, Err: err}
	}
	return sources, nil
}

// moduleFiles are the files that choose the versions of everything else.
func moduleFiles(env goEnv) []string {
	root := filepath.Dir(env.GOMOD)
	candidates := []string{env.GOMOD, filepath.Join(root, "go.sum"), filepath.Join(root, "vendor", "modules.txt")}
	if env.GOWORK != "" && env.GOWORK != "off" {
		candidates = append(candidates, env.GOWORK, env.GOWORK+".sum")
	}
	return slices.DeleteFunc(candidates, func(path string) bool {
		_, err := os.Stat(path)
		return err != nil
	})
}

// record hashes all files, and lists the folders of the sources. The folders of
// the module files are not listed: they may hold anything.
func record(sources, modules []string) (*manifest, error) {
	m := &manifest{Files: map[string]string{}, Folders: map[string]string{}}
	for _, file := range slices.Concat(sources, modules) {
		hash, err := fileHash(file)
		if err != nil {
			return nil, err
		}
		m.Files[file] = hash
	}
	for _, file := range sources {
		folder := filepath.Dir(file)
		names, err := listing(folder)
		if err != nil {
			return nil, err
		}
		m.Folders[folder] = names
	}
	return m, nil
}

// listing gives the names in a folder that may take part in a build, on lines.
func listing(folder string) (string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	var names []string
	for _, entry := range entries {
		if name := entry.Name(); !entry.IsDir() && !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	return strings.Join(names, "\n"), nil
}
