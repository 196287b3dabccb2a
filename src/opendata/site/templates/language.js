// What every page does. The language lives in the address (#en, or #en:section), so that a link
// keeps it; a change is told to the page's other scripts by the event "langue". A checksum, a
// citation or a snippet is copied by its button.
(function () {
  var root = document.documentElement;
  var found = /^#(fr|en)(?::(.*))?$/.exec(location.hash);
  root.classList.add('js');

  function section(hash) {
    var found = /^#(?:(?:fr|en)(?::|$))?(.*)$/.exec(hash);
    return found ? found[1] : '';
  }
  function written(language, name) {
    return language === 'en' ? '#en' + (name ? ':' + name : '') : (name ? '#' + name : '');
  }
  function each(selector, change) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), change);
  }
  function apply(language) {
    root.lang = language;
    root.setAttribute('data-lang', language);
    each('[data-fr]', function (node) {
      node.textContent = node.getAttribute('data-' + language);
    });
    each('a[data-page]', function (link) {
      link.hash = written(language, section(link.hash));
    });
    document.dispatchEvent(new CustomEvent('langue', { detail: language }));
  }
  function remember() {
    var hash = written(root.lang, section(location.hash));
    if (hash !== location.hash) {
      history.replaceState(null, '', location.pathname + location.search + hash);
    }
  }
  function reveal(name) {
    var node = null;
    try { node = name && document.getElementById(decodeURIComponent(name)); } catch (odd) { return; }
    if (node) { node.scrollIntoView(); }
  }

  if (found) {
    root.lang = found[1];
    root.setAttribute('data-lang', found[1]);
  }
  document.addEventListener('DOMContentLoaded', function () {
    var button = document.getElementById('switch');
    apply(root.lang);
    button.hidden = false;
    button.addEventListener('click', function () {
      apply(root.lang === 'fr' ? 'en' : 'fr');
      remember();
    });
    each('[data-address]', function (node) {
      if (location.protocol.indexOf('http') === 0) {
        node.textContent = new URL(node.getAttribute('data-address'), location.href.split('#')[0]).href;
      }
    });
    if (found && found[2]) { reveal(found[2]); }
  });
  window.addEventListener('hashchange', function () {
    var asked = /^#(fr|en)(?::(.*))?$/.exec(location.hash);
    if (asked && asked[1] !== root.lang) { apply(asked[1]); }
    if (asked && asked[2]) { reveal(asked[2]); }
    remember();
  });
  document.addEventListener('click', function (event) {
    var button = event.target.closest && event.target.closest('button[data-copy]');
    var source = button && document.getElementById(button.getAttribute('data-copy'));
    if (source) { copy(source, function () { told(button); }); }
  });
  function copy(source, done) {
    var spoken = source.querySelector('.t[lang="' + root.lang + '"]') || source;
    function byHand() {
      getSelection().selectAllChildren(spoken);
      if (document.execCommand('copy')) { done(); }
    }
    // A page that is opened from a disk has no clipboard of its own.
    if (!navigator.clipboard) { byHand(); return; }
    navigator.clipboard.writeText(spoken.textContent.trim()).then(done, byHand);
  }
  function told(button) {
    var said = button.querySelector('.said') || button.appendChild(document.createElement('span'));
    said.className = 'said';
    said.setAttribute('role', 'status');
    said.textContent = ' ✓ ' + (root.lang === 'en' ? 'copied' : 'copié');
    setTimeout(function () { said.remove(); }, 2000);
  }
  window.addEventListener('beforeprint', function () {
    each('details[data-print]', function (node) { node.open = true; });
  });
})();
