package faults

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/mediasupplychain/cdk/test/faultproxy"
)

// killer kills handlers in the middle of a call, as a host that is lost does. It
// finds the process by the connection that the call came on: only a handler of
// this cloud knows the proxy. It needs /proc, that is, Linux.
type killer struct {
	guard  sync.Mutex
	killed map[faultproxy.Fault]int
	missed int // handlers that were gone already
}

func canKill() bool {
	_, err := os.Stat("/proc/net/tcp")
	return err == nil
}

func (k *killer) kill(call faultproxy.Call) {
	err := killOwner(call.Client)
	k.guard.Lock()
	defer k.guard.Unlock()
	if err != nil {
		k.missed++
		return
	}
	if k.killed == nil {
		k.killed = map[faultproxy.Fault]int{}
	}
	k.killed[call.Fault]++
}

// handler is the name of every Lambda function's program.
const handler = "bootstrap"

var errGone = errors.New("nobody has that connection")

func killOwner(address string) error {
	inode, err := inodeOf(address)
	if err != nil {
		return err
	}
	descriptors, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return err
	}
	for _, descriptor := range descriptors {
		if target, err := os.Readlink(descriptor); err != nil || target != "socket:["+inode+"]" {
			continue
		}
		process := strings.Split(descriptor, "/")[2]
		program, err := os.Readlink("/proc/" + process + "/exe")
		if err != nil || strings.TrimSuffix(filepath.Base(program), " (deleted)") != handler {
			return fmt.Errorf("%s of %s is no handler", program, address)
		}
		pid, err := strconv.Atoi(process)
		if err != nil {
			return err
		}
		return syscall.Kill(pid, syscall.SIGKILL)
	}
	return errGone
}

// inodeOf finds the socket whose own end has that IPv4 address.
func inodeOf(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	number, err := strconv.Atoi(port)
	if err != nil || host != "127.0.0.1" {
		return "", fmt.Errorf("%s is not a port of 127.0.0.1", address)
	}
	wanted := fmt.Sprintf("0100007F:%04X", number)
	table, err := os.Open("/proc/net/tcp")
	if err != nil {
		return "", err
	}
	defer func() { _ = table.Close() }()
	for lines := bufio.NewScanner(table); lines.Scan(); {
		// sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode
		if columns := strings.Fields(lines.Text()); len(columns) > 9 && columns[1] == wanted {
			return columns[9], nil
		}
	}
	return "", errGone
}
