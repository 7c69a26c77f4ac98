/// The genres, with weights by how many films have each.
enum Genres {
  static let weighted: [(name: String, weight: Int)] = [
    ("Action", 45), ("Adventure", 24), ("Animation", 65), ("Comedy", 150), ("Crime", 40),
    ("Documentary", 190),
    ("Drama", 230), ("Family", 32), ("Fantasy", 27), ("History", 20), ("Horror", 55), ("Music", 60),
    ("Mystery", 23), ("Romance", 55), ("Science Fiction", 23), ("Thriller", 48), ("TV Movie", 28),
    ("War", 13),
    ("Western", 10),
  ]
}

/// The crew's roles in the order in which a film lists them, with weights by how many rows have each.
enum CrewRoles {
  static let weighted: [(name: String, weight: Int)] = [
    ("Director", 12), ("Producer", 150), ("Writer", 170), ("Casting", 22), ("Editor", 105),
    ("Cinematography", 100), ("Assistant director", 30), ("Additional directing", 6),
    ("Executive producer", 42),
    ("Lighting", 24), ("Camera operator", 26), ("Additional photography", 12), ("Production design", 32),
    ("Art direction", 32), ("Set decoration", 22), ("Special effects", 14), ("Visual effects", 38),
    ("Stunts", 22),
    ("Choreography", 6), ("Composer", 70), ("Songs", 8), ("Sound", 75), ("Costume design", 30),
    ("Makeup", 32),
    ("Hairstyling", 10), ("Story", 22), ("Original writer", 16), ("Title design", 3), ("Co-director", 14),
  ]
}

/// The types of releases, with their numbers of rows, and certificates of several countries.
enum ReleaseTypes {
  static let weighted: [(name: String, weight: Int)] = [
    ("Theatrical", 750_043), ("Premiere", 198_706), ("Digital", 169_986), ("TV", 87_641),
    ("Physical", 79_769),
    ("Theatrical limited", 46_637),
  ]

  static let certificates = """
    NR|R|PG-13|PG|G|12|16|18|15|U|U/A|A|12A|6|0|14|AA|TP|10|L|M|MA 15+|7|R18+|ALL|19|T|VM14|K-12|C|Btl|NC-17|II
    """
}
