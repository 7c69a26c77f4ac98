/// A `{% docs name %}` block: a text that descriptions show with `doc('name')`.
package struct DocBlock: Sendable {
  /// `doc.letterboxd.movie_id`.
  package let uniqueID: String
  package let name: String
  package let packageName: String
  /// The file, relative to its package.
  package let filePath: String
  package let text: String
}
