-- The joins of these marts neither lose nor multiply the rows that they count. Rows without a value do not count.
with mart_rows as (

  select 'director_careers' as mart, sum(movies) as counted from {{ ref('director_careers') }}
  union all
  select 'movies_by_country' as mart, sum(movies) as counted from {{ ref('movies_by_country') }}
  union all
  select 'movies_by_genre' as mart, sum(movies) as counted from {{ ref('movies_by_genre') }}
  union all
  select 'movies_by_studio' as mart, sum(movies) as counted from {{ ref('movies_by_studio') }}
  union all
  select 'releases_by_country' as mart, sum(releases) as counted from {{ ref('releases_by_country') }}

),

staged_rows as (

  select 'director_careers' as mart, count(crew_name) as staged from {{ ref('stg_crew') }} where crew_role = 'Director'
  union all
  select 'movies_by_country' as mart, count(country) as staged from {{ ref('stg_countries') }}
  union all
  select 'movies_by_genre' as mart, count(genre) as staged from {{ ref('stg_genres') }}
  union all
  select 'movies_by_studio' as mart, count(studio) as staged from {{ ref('stg_studios') }}
  union all
  select 'releases_by_country' as mart, count(*) as staged from {{ ref('stg_releases') }}
  where country is not null and release_type is not null

)

select
  staged_rows.mart,
  staged_rows.staged,
  mart_rows.counted
from staged_rows
join mart_rows
  on mart_rows.mart = staged_rows.mart
where coalesce(mart_rows.counted, 0) <> staged_rows.staged
