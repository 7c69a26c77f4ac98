select count(*) as row_count, to_char(coalesce(mod(sum(md5_number_lower64(line)), 18446744073709551616), 0)) as word_sum from (select coalesce(octet_length(to_char("C_INTEGER")) || ':' || to_char("C_INTEGER"), '~')
 || case when "C_REAL" is null then '~' when abs("C_REAL") <= 1000000000000 then octet_length(to_char(iff("C_REAL" < 0, -1, 1) * (floor(abs("C_REAL" * 1000000::float) / 1073741824)::number(10,0) * 1073741824 + ceil(floor((abs("C_REAL" * 1000000::float) - floor(abs("C_REAL" * 1000000::float) / 1073741824) * 1073741824) * 2) / 2)::number(10,0)))) || ':' || to_char(iff("C_REAL" < 0, -1, 1) * (floor(abs("C_REAL" * 1000000::float) / 1073741824)::number(10,0) * 1073741824 + ceil(floor((abs("C_REAL" * 1000000::float) - floor(abs("C_REAL" * 1000000::float) / 1073741824) * 1073741824) * 2) / 2)::number(10,0))) else '!' end
 || coalesce(octet_length("C_TEXT") || ':' || "C_TEXT", '~')
 || case when "C_DATE" is null then '~' when year("C_DATE") between 0 and 9999 then '10:' || to_char("C_DATE", 'YYYY-MM-DD') else '!' end
 || case when "C_BOOLEAN" is null then '~' when "C_BOOLEAN" then '1:1' else '1:0' end
 || coalesce(octet_length(to_char(date_part(epoch_microsecond, "C_TIMESTAMP"))) || ':' || to_char(date_part(epoch_microsecond, "C_TIMESTAMP")), '~')
 || coalesce((octet_length("C_BINARY") * 2) || ':' || hex_encode("C_BINARY"), '~') as line from "MAIN"."T") as lines
