// The language lives in the address (#en, or #en:section), so that a link keeps it.
(function () {
  var root = document.documentElement;
  var found = /^#(fr|en)(?::(.*))?$/.exec(location.hash);
  root.classList.add('js');

  function section() {
    var hash = /^#(?:(?:fr|en)(?::|$))?(.*)$/.exec(location.hash);
    return hash ? hash[1] : '';
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
      link.hash = language === 'en' ? 'en' : '';
    });
  }
  function remember() {
    var name = section();
    var hash = root.lang === 'en' ? '#en' + (name ? ':' + name : '') : (name ? '#' + name : '');
    if (hash !== location.hash) {
      history.replaceState(null, '', location.pathname + location.search + hash);
    }
  }
  function reveal(name) {
    var node = name && document.getElementById(decodeURIComponent(name));
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
  window.addEventListener('beforeprint', function () {
    each('details[data-print]', function (node) { node.open = true; });
  });
})();
