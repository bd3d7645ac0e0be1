// Which name a CREATE makes.
import { expect, test } from 'vitest'
import { createdName } from '../../../../src/dialect/postgresql/driver/created-name.ts'

test.each<[string, string | null]>([
  ['CREATE TABLE t (a int)', 't'],
  ['create temp table if not exists T(a int)', 't'],
  [' \n-- create view v\n/* /* create */ table x */ CREATE UNLOGGED TABLE s.t AS SELECT 1', 't'],
  ['CREATE TABLE "S" . "a ""b"" T" (a int)', 'a "b" t'],
  ['CREATE OR REPLACE VIEW s."v" AS SELECT 1', 'v'],
  ['CREATE MATERIALIZED VIEW v AS SELECT 1', 'v'],
  ['CREATE FOREIGN TABLE f (a int) SERVER s', 'f'],
  ['CREATE FUNCTION f(a int) RETURNS int', 'f'],
  ['CREATE TYPE t AS ENUM ()', 't'],
  ['CREATE OPERATOR s.=== (LEFTARG = int)', '==='],
  ['CREATE INDEX i ON t (a)', null],
  ['CREATE DATABASE d', null],
  ['CREATE', null],
  ['CREATED TABLE t', null],
  ['SELECT 1', null],
  ['-- CREATE TABLE t', null],
  ['/* CREATE TABLE t', null],
  ['', null],
])('%j: %j', (sql, name) => {
  expect(createdName(sql)).toBe(name)
})

test('hostile texts take no time', () => {
  const began = performance.now()
  for (const text of ['/*'.repeat(500_000), '/**/'.repeat(250_000), ' '.repeat(1_000_000), '"a'.repeat(500_000)])
    for (const prefix of ['', 'CREATE TABLE ']) createdName(prefix + text)
  expect(performance.now() - began).toBeLessThan(5_000)
})
