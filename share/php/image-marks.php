<?php
/** How the WordPress in a database image differs from one that belongs to somebody. */
declare(strict_types=1);

/** An option that is there as long as nobody owns the installation. */
const IMAGE_MARK = 'wpns_image';
/** Its address, which nobody can have (RFC 6761). */
const IMAGE_URL = 'http://wpns-image.invalid';
