select schema_name from "FILMS".information_schema.schemata where schema_name in ('RAW', 'STAGED', 'MAIN', 'RAW__NEXT', 'STAGED__NEXT', 'MAIN__NEXT')

select table_schema, table_name from "FILMS".information_schema.tables where table_schema in ('RAW', 'STAGED', 'MAIN', 'RAW__NEXT', 'STAGED__NEXT', 'MAIN__NEXT')

select table_schema, table_name from "FILMS".information_schema.views where table_schema in ('RAW', 'STAGED', 'MAIN', 'RAW__NEXT', 'STAGED__NEXT', 'MAIN__NEXT')

select table_schema, table_name, column_name, data_type, numeric_scale, ordinal_position from "FILMS".information_schema.columns where table_schema in ('RAW', 'STAGED', 'MAIN', 'RAW__NEXT', 'STAGED__NEXT', 'MAIN__NEXT')

create schema if not exists "RAW"

create schema if not exists "STAGED"

create schema if not exists "MAIN"

create transient schema if not exists "RAW__NEXT"

create transient schema if not exists "STAGED__NEXT"

create transient schema if not exists "MAIN__NEXT"

create table if not exists "MAIN"."REELHOUSE_LOCK" ("BUILD_ID" VARCHAR, "PUSH_ID" VARCHAR) comment = 'The push that the mirror is at; reelhouse keeps it.'

create table if not exists "MAIN"."REELHOUSE_BUILDS" ("BUILD_ID" VARCHAR, "ENVIRONMENT" VARCHAR, "PUSH_ID" VARCHAR, "MANIFEST_SHA256" VARCHAR, "CONTENTS" VARCHAR, "PUBLISHED_AT" TIMESTAMP_NTZ(6), "PUBLISHED_BY" VARCHAR, "IS_FINISHED" BOOLEAN) comment = 'The builds that were published here; reelhouse keeps it.'

insert into "MAIN"."REELHOUSE_LOCK" ("BUILD_ID", "PUSH_ID") select * from (select '', '') as first_row where not exists (select 1 from "MAIN"."REELHOUSE_LOCK")

select schema_name from "FILMS".information_schema.schemata where schema_name in ('RAW', 'STAGED', 'MAIN', 'RAW__NEXT', 'STAGED__NEXT', 'MAIN__NEXT')

select table_schema, table_name from "FILMS".information_schema.tables where table_schema in ('RAW', 'STAGED', 'MAIN', 'RAW__NEXT', 'STAGED__NEXT', 'MAIN__NEXT')

select table_schema, table_name from "FILMS".information_schema.views where table_schema in ('RAW', 'STAGED', 'MAIN', 'RAW__NEXT', 'STAGED__NEXT', 'MAIN__NEXT')

select table_schema, table_name, column_name, data_type, numeric_scale, ordinal_position from "FILMS".information_schema.columns where table_schema in ('RAW', 'STAGED', 'MAIN', 'RAW__NEXT', 'STAGED__NEXT', 'MAIN__NEXT')

create or replace view "STAGED__NEXT"."FEW" ("I", "NAME", "HALF") as
with built ("I", "NAME", "HALF") as (
select i, name, i * 0.5 as half from "STAGED__NEXT"."MANY"
)
select cast("I" as NUMBER(19,0)) as "I", cast("NAME" as VARCHAR) as "NAME", cast("HALF" as FLOAT) as "HALF"
from built

select count(*) as row_count, to_char(coalesce(mod(sum(md5_number_lower64(line)), 18446744073709551616), 0)) as word_sum from (select coalesce(octet_length(to_char("I")) || ':' || to_char("I"), '~') || coalesce(octet_length(to_char("SEVEN")) || ':' || to_char("SEVEN"), '~') || coalesce(octet_length("NAME") || ':' || "NAME", '~') as line from "STAGED__NEXT"."MANY") as lines

select count(*) as row_count, to_char(coalesce(mod(sum(md5_number_lower64(line)), 18446744073709551616), 0)) as word_sum from (select coalesce(octet_length(to_char("SEVEN")) || ':' || to_char("SEVEN"), '~') || coalesce(octet_length(to_char("N")) || ':' || to_char("N"), '~') as line from "MAIN__NEXT"."COUNTS") as lines

select count(*) as row_count, to_char(coalesce(mod(sum(md5_number_lower64(line)), 18446744073709551616), 0)) as word_sum from (select coalesce(octet_length(to_char("ID")) || ':' || to_char("ID"), '~') || coalesce(octet_length("NAME") || ':' || "NAME", '~') || case when "SCORE" is null then '~' when abs("SCORE") <= 1000000000000 then octet_length(to_char(iff("SCORE" < 0, -1, 1) * (floor(abs("SCORE" * 1000000::float) / 1073741824)::number(10,0) * 1073741824 + ceil(floor((abs("SCORE" * 1000000::float) - floor(abs("SCORE" * 1000000::float) / 1073741824) * 1073741824) * 2) / 2)::number(10,0)))) || ':' || to_char(iff("SCORE" < 0, -1, 1) * (floor(abs("SCORE" * 1000000::float) / 1073741824)::number(10,0) * 1073741824 + ceil(floor((abs("SCORE" * 1000000::float) - floor(abs("SCORE" * 1000000::float) / 1073741824) * 1073741824) * 2) / 2)::number(10,0))) else '!' end || case when "BORN" is null then '~' when year("BORN") between 0 and 9999 then '10:' || to_char("BORN", 'YYYY-MM-DD') else '!' end as line from "RAW__NEXT"."MOVIES") as lines

select count(*) as row_count, to_char(coalesce(mod(sum(md5_number_lower64(line)), 18446744073709551616), 0)) as word_sum from (select coalesce(octet_length(to_char("I")) || ':' || to_char("I"), '~') || coalesce(octet_length("NAME") || ':' || "NAME", '~') || case when "HALF" is null then '~' when abs("HALF") <= 1000000000000 then octet_length(to_char(iff("HALF" < 0, -1, 1) * (floor(abs("HALF" * 1000000::float) / 1073741824)::number(10,0) * 1073741824 + ceil(floor((abs("HALF" * 1000000::float) - floor(abs("HALF" * 1000000::float) / 1073741824) * 1073741824) * 2) / 2)::number(10,0)))) || ':' || to_char(iff("HALF" < 0, -1, 1) * (floor(abs("HALF" * 1000000::float) / 1073741824)::number(10,0) * 1073741824 + ceil(floor((abs("HALF" * 1000000::float) - floor(abs("HALF" * 1000000::float) / 1073741824) * 1073741824) * 2) / 2)::number(10,0))) else '!' end as line from "STAGED__NEXT"."FEW") as lines

create table if not exists "RAW"."MOVIES" ("ID" NUMBER(19,0), "NAME" VARCHAR, "SCORE" FLOAT, "BORN" DATE)

create table if not exists "STAGED"."MANY" ("I" NUMBER(19,0), "SEVEN" NUMBER(19,0), "NAME" VARCHAR)

create table if not exists "MAIN"."COUNTS" ("SEVEN" NUMBER(19,0), "N" NUMBER(19,0))

begin
;
select cast(iff(count(*) > 0, '1', 'the mirror is at another push ' || count(*)) as number(19, 0)) as at_push from "MAIN"."REELHOUSE_LOCK" where "PUSH_ID" = ''
;
update "MAIN"."REELHOUSE_LOCK" set "BUILD_ID" = 'BUILD', "PUSH_ID" = 'push-of-this-test' where "PUSH_ID" = ''
;
select cast(iff(count(*) > 0, '1', 'the mirror is at another push ' || count(*)) as number(19, 0)) as at_push from "MAIN"."REELHOUSE_LOCK" where "PUSH_ID" = 'push-of-this-test'
;
delete from "RAW"."MOVIES"
;
insert into "RAW"."MOVIES" ("ID", "NAME", "SCORE", "BORN") select "ID", "NAME", "SCORE", "BORN" from "RAW__NEXT"."MOVIES"
;
delete from "STAGED"."MANY"
;
insert into "STAGED"."MANY" ("I", "SEVEN", "NAME") select "I", "SEVEN", "NAME" from "STAGED__NEXT"."MANY"
;
delete from "MAIN"."COUNTS"
;
insert into "MAIN"."COUNTS" ("SEVEN", "N") select "SEVEN", "N" from "MAIN__NEXT"."COUNTS"
;
select cast(iff(row_count = 3 and word_sum = '7498930575457383163', '1', 'rows changed since they were proven: raw.movies ' || row_count || ':' || word_sum) as number(19, 0)) as is_proven from (select count(*) as row_count, to_char(coalesce(mod(sum(md5_number_lower64(line)), 18446744073709551616), 0)) as word_sum from (select coalesce(octet_length(to_char("ID")) || ':' || to_char("ID"), '~') || coalesce(octet_length("NAME") || ':' || "NAME", '~') || case when "SCORE" is null then '~' when abs("SCORE") <= 1000000000000 then octet_length(to_char(iff("SCORE" < 0, -1, 1) * (floor(abs("SCORE" * 1000000::float) / 1073741824)::number(10,0) * 1073741824 + ceil(floor((abs("SCORE" * 1000000::float) - floor(abs("SCORE" * 1000000::float) / 1073741824) * 1073741824) * 2) / 2)::number(10,0)))) || ':' || to_char(iff("SCORE" < 0, -1, 1) * (floor(abs("SCORE" * 1000000::float) / 1073741824)::number(10,0) * 1073741824 + ceil(floor((abs("SCORE" * 1000000::float) - floor(abs("SCORE" * 1000000::float) / 1073741824) * 1073741824) * 2) / 2)::number(10,0))) else '!' end || case when "BORN" is null then '~' when year("BORN") between 0 and 9999 then '10:' || to_char("BORN", 'YYYY-MM-DD') else '!' end as line from "RAW"."MOVIES") as lines) as hashes
;
select cast(iff(row_count = 5000 and word_sum = '10958338929900582976', '1', 'rows changed since they were proven: staged.many ' || row_count || ':' || word_sum) as number(19, 0)) as is_proven from (select count(*) as row_count, to_char(coalesce(mod(sum(md5_number_lower64(line)), 18446744073709551616), 0)) as word_sum from (select coalesce(octet_length(to_char("I")) || ':' || to_char("I"), '~') || coalesce(octet_length(to_char("SEVEN")) || ':' || to_char("SEVEN"), '~') || coalesce(octet_length("NAME") || ':' || "NAME", '~') as line from "STAGED"."MANY") as lines) as hashes
;
select cast(iff(row_count = 7 and word_sum = '13721585095822565348', '1', 'rows changed since they were proven: main.counts ' || row_count || ':' || word_sum) as number(19, 0)) as is_proven from (select count(*) as row_count, to_char(coalesce(mod(sum(md5_number_lower64(line)), 18446744073709551616), 0)) as word_sum from (select coalesce(octet_length(to_char("SEVEN")) || ':' || to_char("SEVEN"), '~') || coalesce(octet_length(to_char("N")) || ':' || to_char("N"), '~') as line from "MAIN"."COUNTS") as lines) as hashes
;
insert into "MAIN"."REELHOUSE_BUILDS" ("BUILD_ID", "ENVIRONMENT", "PUSH_ID", "MANIFEST_SHA256", "CONTENTS", "PUBLISHED_AT", "PUBLISHED_BY", "IS_FINISHED") select 'BUILD', 'prod', 'push-of-this-test', 'MANIFEST', '{"contentHashVersion":1,"dropped":[],"formatVersion":1,"relations":[{"contentHash":"7:13721585095822565348","isView":false,"relation":"main.counts"},{"contentHash":"3:7498930575457383163","isView":false,"relation":"raw.movies"},{"contentHash":"3:17062879885533949607","definition":"fc2a93c13fe9b3ade367183908f58cb7e036efeffc3a083139985579f10f257f","isView":true,"relation":"staged.few"},{"contentHash":"5000:10958338929900582976","isView":false,"relation":"staged.many"}]}', '2026-11-22 07:15:30.000000', 'ann@machine', false
;
commit

select held."PUSH_ID", kept."BUILD_ID", kept."ENVIRONMENT", kept."MANIFEST_SHA256", kept."CONTENTS", to_varchar(kept."PUBLISHED_AT"), kept."PUBLISHED_BY", kept."IS_FINISHED" from "MAIN"."REELHOUSE_LOCK" as held left join "MAIN"."REELHOUSE_BUILDS" as kept on kept."PUSH_ID" = held."PUSH_ID"

create or replace view "STAGED"."FEW" ("I" comment 'Number', "NAME", "HALF") copy grants comment = 'It''s few' as
with built ("I", "NAME", "HALF") as (
select i, name, i * 0.5 as half from "STAGED"."MANY"
)
select cast("I" as NUMBER(19,0)) as "I", cast("NAME" as VARCHAR) as "NAME", cast("HALF" as FLOAT) as "HALF"
from built

update "MAIN"."REELHOUSE_BUILDS" set "IS_FINISHED" = true where "PUSH_ID" = 'push-of-this-test'

drop table if exists "RAW__NEXT"."MOVIES"

drop table if exists "STAGED__NEXT"."MANY"

drop table if exists "MAIN__NEXT"."COUNTS"

drop view if exists "STAGED__NEXT"."FEW"
