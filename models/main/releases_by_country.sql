select
  country,
  release_type,
  count(*) as releases,
  count(distinct movie_id) as movies,
  count(certificate) as releases_with_certificate,
  min(release_date) as first_release,
  max(release_date) as last_release
from {{ ref('stg_releases') }}
where country is not null
  and release_type is not null
group by
  country,
  release_type
