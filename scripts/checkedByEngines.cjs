// Stands for semver in the extension's bundle, of which it would be 20 kB. The language client asks it one thing: whether
// the editor is new enough. `engines` in package.json has answered that before: an editor that is too old installs no
// extension. A test holds `engines` to what the client needs.
module.exports = () => ({ prerelease: [] });
