-- Every id that has a release year in RAW is in STAGED, and nothing else is.
with expected as (

  select id as movie_id
  from {{ source('letterboxd', 'movies') }}
  where id is not null and date is not null

),

missing as (

  select movie_id from expected
  except
  select movie_id from {{ ref('stg_movies') }}

),

surplus as (

  select movie_id from {{ ref('stg_movies') }}
  except
  select movie_id from expected

)

select movie_id, 'missing' as problem from missing
union all
select movie_id, 'surplus' as problem from surplus
