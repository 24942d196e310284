package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"roletrail/parquet"
)

// granted are what every role may do beside what it does: much of it is never used.
var granted = []string{
	"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:DeleteItem",
	"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sns:Publish", "kms:Decrypt", "kms:GenerateDataKey", "logs:CreateLogStream", "logs:PutLogEvents",
	"ec2:DescribeInstances", "ec2:RunInstances", "ec2:TerminateInstances", "lambda:InvokeFunction", "secretsmanager:GetSecretValue", "ssm:GetParameter",
	"sts:AssumeRole", "iam:PassRole", "iam:GetRole", "cloudwatch:PutMetricData", "ecr:BatchGetImage", "ecr:GetAuthorizationToken", "glue:GetTable", "athena:StartQueryExecution",
}

// roleSeen is a role of the corpus.
type roleSeen struct {
	id      string
	actions map[string]bool
}

// writeInventories writes an inventory for each account of each generation, with all roles that
// acted or were assumed.
func writeInventories(base, dir string, generations int) error {
	roles, err := rolesOf(base)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("writing inventories: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing inventories: %w", err)
	}
	byAccount := map[string][]string{}
	for _, arn := range slices.Sorted(maps.Keys(roles)) {
		account := strings.Split(arn, ":")[4]
		byAccount[account] = append(byAccount[account], arn)
	}
	for g := range generations {
		for account, arns := range byAccount {
			if err := writeInventory(dir, variant{generation: g}, account, arns, roles); err != nil {
				return err
			}
		}
	}
	return nil
}

// rolesOf reads which roles there are, and what they did, from the rollups and from the
// assumptions among the events.
func rolesOf(base string) (roles map[string]*roleSeen, err error) {
	lake, err := parquet.OpenLake(base)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lake.Close()) }()
	roles = map[string]*roleSeen{}
	for _, of := range []struct {
		schema          *parquet.Schema
		arn, id, action string
	}{
		{parquet.UsesSchema, "role_arn", "role_id", "iam_action"},
		{parquet.EventsSchema, "assumed_role_arn", "assumed_role_id", ""},
	} {
		files, err := lake.Files(of.schema.Table)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			err := parquet.EachGroup(f.Path, of.schema, func(g *parquet.Group) error {
				arns, err := textsOf(g, of.schema, of.arn)
				ids, err2 := textsOf(g, of.schema, of.id)
				actions, err3 := textsOf(g, of.schema, of.action)
				see(roles, arns, ids, actions)
				return errors.Join(err, err2, err3)
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return roles, nil
}

// textsOf are the texts of a column by row, "" for NULL and for no column.
func textsOf(g *parquet.Group, s *parquet.Schema, column string) ([]string, error) {
	texts := make([]string, g.Rows())
	if column == "" {
		return texts, nil
	}
	return texts, g.Texts(s.Index(column), func(row int, value []byte) { texts[row] = string(value) })
}

func see(roles map[string]*roleSeen, arns, ids, actions []string) {
	for i, arn := range arns {
		if !strings.Contains(arn, ":role/") || ids[i] == "" {
			continue
		}
		if roles[arn] == nil {
			roles[arn] = &roleSeen{id: ids[i], actions: map[string]bool{}}
		}
		if actions[i] != "" {
			roles[arn].actions[actions[i]] = true
		}
	}
}

// writeInventory writes one account's, in the form of get-account-authorization-details.
func writeInventory(dir string, v variant, account string, arns []string, roles map[string]*roleSeen) error {
	type statement struct {
		Effect, Sid string
		Principal   any `json:",omitempty"`
		Action      any
		Resource    any `json:",omitempty"`
	}
	document := func(s statement) any { return map[string]any{"Version": "2012-10-17", "Statement": []statement{s}} }
	var list []map[string]any
	for _, arn := range arns {
		seen := roles[arn]
		_, name, _ := strings.Cut(arn, ":role")
		slash := strings.LastIndexByte(name, '/')
		actions := slices.Compact(slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(seen.actions)), granted...))))
		list = append(list, map[string]any{
			"Arn": v.of(arn), "RoleId": v.of(seen.id), "RoleName": name[slash+1:], "Path": name[:slash+1], "CreateDate": "2026-01-01T00:00:00Z",
			"AssumeRolePolicyDocument": document(statement{Effect: "Allow", Sid: "Trust", Principal: map[string]any{"Service": "ec2.amazonaws.com"}, Action: "sts:AssumeRole"}),
			"RolePolicyList":           []any{map[string]any{"PolicyName": "work", "PolicyDocument": document(statement{Effect: "Allow", Sid: "Work", Action: actions, Resource: "*"})}},
			"AttachedManagedPolicies":  []any{},
		})
	}
	text, err := json.Marshal(map[string]any{"RoleDetailList": list, "Policies": []any{}})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, v.of(account)+".json"), text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("writing the inventory of %s: %w", v.of(account), err)
	}
	return nil
}

// of is a text of the generation.
func (v variant) of(text string) string {
	changed := []byte(text)
	v.text(changed)
	return string(changed)
}
