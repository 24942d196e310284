package actions

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// standIn is an IAM of one account, as little of it as the scripts ask for. Where
// $STAND_IN names its file this test binary is the AWS CLI.
type standIn struct {
	Account  string
	Roles    map[string]*standInRole
	Policies map[string]string // documents of managed policies, by ARN
	Calls    []string          // operations that change something
}

type standInRole struct {
	ID       string
	Attached []string
	Inline   map[string]string
	Profiles []string
}

func TestMain(m *testing.M) {
	if file := os.Getenv("STAND_IN"); file != "" {
		if err := standInCLI(file, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "aws:", err)
			os.Exit(254)
		}
		return
	}
	os.Exit(m.Run())
}

func readStandIn(file string) (s *standIn, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s = &standIn{}
	return s, json.Unmarshal(text, s)
}

func (s *standIn) write(file string) error {
	text, err := json.Marshal(s)
	return errors.Join(err, os.WriteFile(file, text, 0o600))
}

func standInCLI(file string, args []string) error {
	s, err := readStandIn(file)
	if err != nil || len(args) < 2 {
		return fmt.Errorf("%v: %w", args, err)
	}
	flags := map[string]string{}
	for i := 2; i+1 < len(args); i += 2 {
		flags[args[i]] = args[i+1]
	}
	answer, err := s.call(args[1], flags)
	if err != nil {
		return err
	}
	fmt.Println(answer)
	return s.write(file)
}

var errNoSuchEntity = errors.New("NoSuchEntity")

// document is what a file:// names.
func document(name string) (string, error) {
	text, err := os.ReadFile(strings.TrimPrefix(name, "file://"))
	if err == nil && !json.Valid(text) {
		err = errors.New("MalformedPolicyDocument")
	}
	return string(text), err
}

func (s *standIn) call(operation string, f map[string]string) (string, error) {
	if operation == "get-caller-identity" {
		return s.Account, nil
	}
	if !strings.HasPrefix(operation, "get-") && !strings.HasPrefix(operation, "list-") {
		s.Calls = append(s.Calls, operation)
	}
	switch operation {
	case "create-policy":
		arn := "arn:aws:iam::" + s.Account + ":policy/" + f["--policy-name"]
		if _, there := s.Policies[arn]; there {
			return "", errors.New("EntityAlreadyExists")
		}
		text, err := document(f["--policy-document"])
		s.Policies[arn] = text
		return arn, err
	case "delete-policy":
		if _, there := s.Policies[f["--policy-arn"]]; !there {
			return "", errNoSuchEntity
		}
		delete(s.Policies, f["--policy-arn"])
		return "", nil
	}
	role := s.Roles[f["--role-name"]]
	if role == nil {
		return "", errNoSuchEntity
	}
	if operation == "delete-role" {
		if len(role.Attached)+len(role.Inline)+len(role.Profiles) > 0 {
			return "", errors.New("DeleteConflict")
		}
		delete(s.Roles, f["--role-name"])
		return "", nil
	}
	return role.call(operation, f)
}

func (r *standInRole) call(operation string, f map[string]string) (string, error) {
	name := f["--policy-name"]
	_, there := r.Inline[name]
	switch operation {
	case "get-role":
		return r.ID, nil
	case "list-attached-role-policies":
		return strings.Join(r.Attached, "\t"), nil
	case "list-role-policies":
		return strings.Join(slices.Sorted(maps.Keys(r.Inline)), "\t"), nil
	case "list-instance-profiles-for-role":
		return strings.Join(r.Profiles, "\t"), nil
	case "attach-role-policy":
		if !slices.Contains(r.Attached, f["--policy-arn"]) {
			r.Attached = append(r.Attached, f["--policy-arn"])
		}
	case "detach-role-policy":
		at := slices.Index(r.Attached, f["--policy-arn"])
		if at < 0 {
			return "", errNoSuchEntity
		}
		r.Attached = slices.Delete(r.Attached, at, at+1)
	case "put-role-policy":
		text, err := document(f["--policy-document"])
		r.Inline[name] = text
		return "", err
	case "remove-role-from-instance-profile":
		r.Profiles = slices.DeleteFunc(r.Profiles, func(p string) bool { return p == f["--instance-profile-name"] })
	case "get-role-policy":
		if !there {
			return "", errNoSuchEntity
		}
		return r.Inline[name], nil
	case "delete-role-policy":
		if !there {
			return "", errNoSuchEntity
		}
		delete(r.Inline, name)
	default:
		return "", fmt.Errorf("the stand-in knows no %s", operation)
	}
	return "", nil
}
